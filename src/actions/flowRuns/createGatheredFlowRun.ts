import { type Beginning, beginFlowRun } from '../../core/rules/begin.ts';
import { blankFlowRun, type NewFlowRun } from '../../core/runs/blankFlowRun.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import type { StateRequest } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import { runName } from '../../core/values/runName.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { type FlowRunReferences, flowRunReferences } from '../../store/flowRuns/flowRunReferences.ts';
import { flowRunsById } from '../../store/flowRuns/flowRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import type { Engine } from '../writing/engine.ts';
import { moveTaskRunBatch } from '../writing/moveTaskRunBatch.ts';
import { newId } from '../writing/newId.ts';
import { writeFlowRunOnce } from '../writing/writeFlowRuns.ts';
import { parentTaskRunMoves } from './moveParentTaskRuns.ts';

/** A flow run to create, after its input was checked and its work queue was found. */
export interface GatheredFlowRun extends Omit<NewFlowRun, 'id' | 'tenantId' | 'name'> {
  /** Null or empty for two random words. */
  name?: string | null;
  /** Defaults to PENDING. */
  state?: StateRequest | null;
}

/**
 * Creates a flow run in its own transaction. If its flow has a run with the same idempotency key, returns that run.
 * @param gather reads what the run consists of, in that transaction
 */
export async function createGatheredFlowRun(
  { database, streams }: Engine,
  { tenantId }: Viewer,
  gather: (transaction: Transaction) => Promise<GatheredFlowRun>,
): Promise<{ flowRun: FlowRun; created: boolean }> {
  const { id, created, topics } = await database.transaction(async (transaction) => {
    const { run, state, effects } = await begin(transaction, tenantId, await gather(transaction));
    const written = await writeFlowRunOnce(transaction, { run, state });
    const topics = new Set<Topic>();
    if (written.created) {
      topics.add(`flowRunStates:${run.id}`);
      const parents = parentTaskRunMoves(tenantId, effects);
      if (parents.length > 0) {
        for (const topic of (await moveTaskRunBatch(transaction, parents)).topics) topics.add(topic);
      }
    }
    return { ...written, topics };
  });
  streams.announce(topics);
  const [flowRun] = await flowRunsById(database, tenantId, [id]);
  if (!flowRun) throw new Error(`flow run ${id} is gone`);
  return { flowRun, created };
}

async function begin(
  transaction: Transaction,
  tenantId: string,
  { name, state, ...gathered }: GatheredFlowRun,
): Promise<Beginning<FlowRun>> {
  const { flowId, deploymentId = null, parentTaskRunId = null } = gathered;
  const references = await flowRunReferences(transaction, { tenantId, flowId, deploymentId, parentTaskRunId });
  checkReferences(gathered, references);
  const { labels, now } = references;
  const given = { ...gathered, id: newId(), tenantId, name: name || runName(Math.random) };
  const facts = { prefect1: false, now, newId, random: Math.random() };
  const beginning = beginFlowRun(blankFlowRun(given, labels, now), state ?? { type: 'PENDING' }, facts);
  if (beginning instanceof Problem) throw beginning;
  return beginning;
}

function checkReferences(
  { flowId, deploymentId, parentTaskRunId }: GatheredFlowRun,
  found: Pick<FlowRunReferences, 'flow' | 'deployment' | 'parentTaskRun'>,
): void {
  for (const [noun, id, exists] of [
    ['Flow', flowId, found.flow],
    ['Deployment', deploymentId, found.deployment],
    ['Task run', parentTaskRunId, found.parentTaskRun],
  ] as const) {
    if (id && !exists) throw new Problem('REFERENCE_NOT_FOUND', `${noun} with id ${id} not found`);
  }
}
