import type { Transaction } from '../../store/connection/database.ts';
import { insertFlowRunStates } from '../../store/flowRuns/flowRunStates.ts';
import { flowRunIdByKey } from '../../store/flowRuns/flowRuns.ts';
import { type BegunFlowRun, insertFlowRuns } from '../../store/flowRuns/insertFlowRuns.ts';
import type { Topic } from '../../streams/streams.ts';

/**
 * Writes flow runs with their first states. A run whose flow has its idempotency key already is left out.
 * @returns the ids of the new runs
 */
export async function writeFlowRuns(transaction: Transaction, begun: readonly BegunFlowRun[]): Promise<Set<string>> {
  const created = await insertFlowRuns(transaction, begun);
  const states = begun.flatMap(({ run, state }) =>
    created.has(run.id) ? { flowRunId: run.id, version: run.version, state } : [],
  );
  if (states.length > 0) insertFlowRunStates(transaction, states);
  return created;
}

/** A run with the same key may be deleted between the insert that it prevents and the read of its id. */
const MAX_TRIES = 5;

/** Writes a flow run with its first state. If its flow has its idempotency key already, returns the id of the run with it. */
export async function writeFlowRunOnce(
  transaction: Transaction,
  begun: BegunFlowRun,
): Promise<{ id: string; created: boolean }> {
  const { id, tenantId, flowId, idempotencyKey } = begun.run;
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    if ((await writeFlowRuns(transaction, [begun])).has(id)) return { id, created: true };
    const knownId = await flowRunIdByKey(transaction, tenantId, flowId, idempotencyKey ?? '');
    if (knownId !== null) return { id: knownId, created: false };
  }
  throw new Error(`runs with the idempotency key ${idempotencyKey} are created and deleted all the time`);
}

export const flowRunTopics = (ids: Iterable<string>): Topic[] => [...ids].map((id): Topic => `flowRunStates:${id}`);
