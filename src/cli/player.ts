import { fromPrefect1 } from '../core/prefect1/prefect1States.ts';
import { formatInstant } from '../core/values/instant.ts';
import type { JsonObject } from '../core/values/jsonObject.ts';
import { dynamicKeyOf, taskRunKey } from './recordedRuns.ts';
import type { RecordedEvent } from './recording.ts';
import type { ResendingClient } from './resendingClient.ts';

/** The state of a replay between batches of events. */
export interface Player {
  client: ResendingClient;
  replayId: string;
  flowRunId: string;
  /** The task runs reported so far, by `taskRunKey`. */
  taskRunIds: Map<string, string>;
  mapped: Set<string>;
  refused: string[];
}

/** Sends a batch of events: one state of the flow run, or states of task runs and then logs. */
export async function play(player: Player, batch: RecordedEvent[]): Promise<void> {
  for (const event of batch) if (event.kind === 'flow_state') await setFlowState(player, event);
  await reportTaskStates(
    player,
    batch.filter((event) => event.kind === 'task_state'),
  );
  await writeLogs(
    player,
    batch.filter((event) => event.kind === 'log'),
  );
}

const stateOf = (event: RecordedEvent & { kind: 'flow_state' | 'task_state' }): JsonObject => ({
  ...fromPrefect1(event.state.type),
  message: event.state.message ?? null,
  data: event.state,
});

const idempotencyKey = (player: Player, event: RecordedEvent) => `${player.replayId}:${event.line}`;

async function setFlowState(player: Player, event: RecordedEvent & { kind: 'flow_state' }): Promise<void> {
  const { setFlowRunState } = await player.client.send<{ setFlowRunState: { verdict: string; reason: string | null } }>(
    'mutation ($input: SetFlowRunStateInput!) { setFlowRunState(input: $input) { verdict reason } }',
    {
      input: {
        flowRunId: player.flowRunId,
        state: stateOf(event),
        force: true,
        idempotencyKey: idempotencyKey(player, event),
      },
    },
  );
  if (setFlowRunState.verdict !== 'ACCEPT')
    player.refused.push(`line ${event.line}: ${setFlowRunState.verdict}, ${setFlowRunState.reason}`);
}

interface Rejection {
  index: number;
  message: string;
}

async function reportTaskStates(player: Player, events: (RecordedEvent & { kind: 'task_state' })[]): Promise<void> {
  const [first] = events;
  if (!first) return;
  const states = events.map((event) => ({
    flowRunId: player.flowRunId,
    taskKey: event.task_slug,
    dynamicKey: dynamicKeyOf(event),
    state: { ...stateOf(event), timestamp: formatInstant(event.at) },
  }));
  const { reportTaskRunStates } = await player.client.send<{
    reportTaskRunStates: { reported: { taskRunId: string }[]; rejected: Rejection[] };
  }>(
    `mutation ($input: ReportTaskRunStatesInput!) {
      reportTaskRunStates(input: $input) { reported { taskRunId } rejected { index message } }
    }`,
    { input: { states, idempotencyKey: idempotencyKey(player, first) } },
  );
  const { reported, rejected } = reportTaskRunStates;
  const rejectedAt = new Set(rejected.map(({ index }) => index));
  const taken = events.filter((_, index) => !rejectedAt.has(index));
  for (const [index, event] of taken.entries()) {
    const taskRunId = reported[index]?.taskRunId;
    if (taskRunId) player.taskRunIds.set(taskRunKey(event.task_slug, dynamicKeyOf(event)), taskRunId);
  }
  noteRejections(player, events, rejected);
}

/**
 * Returns the task run of a recorded log line, null if it is unknown. A line names its task, so the task run is only
 * known if the task is not mapped and its run was reported. Other lines belong to the flow run.
 */
const taskRunIdOf = ({ mapped, taskRunIds }: Player, slug: string | null): string | null =>
  slug === null || mapped.has(slug) ? null : (taskRunIds.get(taskRunKey(slug, '-1')) ?? null);

async function writeLogs(player: Player, events: (RecordedEvent & { kind: 'log' })[]): Promise<void> {
  const [first] = events;
  if (!first) return;
  const logs = events.map(({ at, level, name, message, task_slug }) => ({
    flowRunId: player.flowRunId,
    taskRunId: taskRunIdOf(player, task_slug),
    timestamp: formatInstant(at),
    level,
    name,
    message,
  }));
  const { writeLogs } = await player.client.send<{ writeLogs: { rejected: Rejection[] } }>(
    'mutation ($input: WriteLogsInput!) { writeLogs(input: $input) { rejected { index message } } }',
    { input: { logs, idempotencyKey: idempotencyKey(player, first) } },
  );
  noteRejections(player, events, writeLogs.rejected);
}

function noteRejections(player: Player, events: RecordedEvent[], rejected: Rejection[]): void {
  for (const { index, message } of rejected) player.refused.push(`line ${events[index]?.line}: ${message}`);
}
