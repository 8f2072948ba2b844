import { beginFlowRun } from '../../core/rules/begin.ts';
import { blankFlowRun, type NewFlowRun } from '../../core/runs/blankFlowRun.ts';
import type { StateRequest } from '../../core/runs/state.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import { runName } from '../../core/values/runName.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { CreatedFlowRun, FollowCreations } from '../writing/createFlowRunBatch.ts';
import type { Engine } from '../writing/engine.ts';
import { moveTaskRunBatch } from '../writing/moveTaskRunBatch.ts';
import { newId } from '../writing/newId.ts';
import { parentTaskRunMoves } from './moveParentTaskRuns.ts';

/** A flow run to create, after its input was checked and its work queue was found. */
export interface GatheredFlowRun extends Omit<NewFlowRun, 'id' | 'tenantId' | 'name'> {
  /** Null or empty for two random words. */
  name?: string | null;
  /** Defaults to PENDING. */
  state?: StateRequest | null;
}

/** Creates a flow run. If its flow has a run with the same idempotency key, returns that run. */
export function createGatheredFlowRun(
  { writer }: Engine,
  { tenantId }: Viewer,
  { name, state, ...gathered }: GatheredFlowRun,
): Promise<CreatedFlowRun> {
  const run = { ...gathered, id: newId(), tenantId, name: name || runName(Math.random) };
  const request = state ?? { type: 'PENDING' };
  const job = {
    run,
    begin: (now: number) =>
      // The statement that writes the run adds the labels that it inherits.
      beginFlowRun(blankFlowRun(run, {}, now), request, { prefect1: false, now, newId, random: Math.random() }),
    follow: gathered.parentTaskRunId ? moveParents : null,
  };
  return writer.flowRunCreations.submit(job, roughSize([run, request]));
}

/** The task runs that represent subflows in their parents follow from the first state on. */
const moveParents: FollowCreations = async (transaction, created) => {
  const moves = created.flatMap(({ begun }) => parentTaskRunMoves(begun.run.tenantId, begun.effects));
  return moves.length > 0 ? (await moveTaskRunBatch(transaction, moves)).topics : [];
};
