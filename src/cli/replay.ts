import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { formatInstant } from '../core/instant.ts';
import { fromPrefect1 } from '../core/prefect1States.ts';
import type { JsonObject } from '../core/state.ts';
import type { RecordedEvent } from './recording.ts';
import type { ResendingClient } from './resendingClient.ts';

export interface ReplayOptions {
  flowName: string;
  /** 1 plays in the recording's own time, 10 ten times as fast, Infinity as fast as the server answers. */
  speed: number;
  onRun: (flowRunId: string) => void;
  /** Called with the number of events that the server has acknowledged so far. */
  onProgress: (played: number) => void;
}

export interface Replayed {
  flowRunId: string;
  /** What the server did not take, in its words, each with the line of the file. */
  refused: string[];
}

/** As many as one request may carry. */
const BATCH_SIZE = 200;

/**
 * Plays a recording through the public API. The flow run is created here and moved by force, since what is played has
 * happened already; task states are reported with their own times, as by any engine that orchestrates itself. Every
 * request carries an idempotency key made of this replay and the line it plays, so that it may be sent again.
 */
export async function replay(
  client: ResendingClient,
  events: RecordedEvent[],
  options: ReplayOptions,
): Promise<Replayed> {
  const replayId = randomUUID();
  const flowRunId = await createRun(client, events, options.flowName, replayId);
  options.onRun(flowRunId);
  const player: Player = {
    client,
    replayId,
    flowRunId,
    taskRunIds: new Map(),
    mapped: mappedSlugs(events),
    refused: [],
  };
  const clock = playbackClock(events, options.speed);
  for (let played = 0; played < events.length; options.onProgress(played)) {
    await clock.reach(played);
    const batch = nextBatch(events, played, clock.isDue);
    await play(player, batch);
    played += batch.length;
  }
  return { flowRunId, refused: player.refused };
}

interface Player {
  client: ResendingClient;
  replayId: string;
  flowRunId: string;
  /** The task runs reported so far, by `taskRunKey`. */
  taskRunIds: Map<string, string>;
  mapped: Set<string>;
  refused: string[];
}

const stateOf = (event: RecordedEvent & { kind: 'flow_state' | 'task_state' }): JsonObject => ({
  ...fromPrefect1(event.state.type),
  message: event.state.message ?? null,
  data: event.state,
});

/** A task run's dynamic key: Prefect 1 tells the runs of a mapped task apart by their index, -1 is the task itself. */
export const dynamicKeyOf = (event: { map_index: number | null }): string => String(event.map_index ?? -1);
export const taskRunKey = (taskKey: string, dynamicKey: string): string => `${taskKey}[${dynamicKey}]`;

/** The slugs of tasks with more than one run. */
function mappedSlugs(events: RecordedEvent[]): Set<string> {
  const tasks = events.filter((event) => event.kind === 'task_state');
  return new Set(tasks.filter((event) => (event.map_index ?? -1) >= 0).map((event) => event.task_slug));
}

/** The state that the flow run was in before its first recorded one. */
export function initialState(events: RecordedEvent[]): ReturnType<typeof fromPrefect1> {
  const first = events.find((event) => event.kind === 'flow_state');
  return fromPrefect1(first?.old ?? 'Scheduled');
}

async function createRun(client: ResendingClient, events: RecordedEvent[], flowName: string, replayId: string) {
  const { createFlow } = await client.send<{ createFlow: { flow: { id: string } } }>(
    'mutation ($input: CreateFlowInput!) { createFlow(input: $input) { flow { id } } }',
    { input: { name: flowName } },
  );
  const { createFlowRun } = await client.send<{ createFlowRun: { flowRun: { id: string } } }>(
    'mutation ($input: CreateFlowRunInput!) { createFlowRun(input: $input) { flowRun { id } } }',
    { input: { flowId: createFlow.flow.id, idempotencyKey: replayId, state: { ...initialState(events) } } },
  );
  return createFlowRun.flowRun.id;
}

/** When an event is due. A file may jump back in time, playing it may not: nothing is due before what stands above it. */
function playbackClock(events: RecordedEvent[], speed: number) {
  const start = performance.now();
  const dueAt: number[] = [];
  for (const event of events) {
    const sinceFirstMs = (event.at - (events[0]?.at ?? event.at)) / 1000;
    dueAt.push(Math.max(dueAt.at(-1) ?? start, start + sinceFirstMs / speed));
  }
  const due = (position: number) => dueAt[position] ?? start;
  return {
    isDue: (position: number) => due(position) <= performance.now(),
    reach: (position: number) => wait(Math.max(0, due(position) - performance.now())),
  };
}

/**
 * What can be sent together: all that is due, up to the next state of the flow run. Task states and logs of one batch go
 * in two requests; their order among each other is in no history, so nothing is lost by it.
 */
function nextBatch(events: RecordedEvent[], from: number, isDue: (position: number) => boolean): RecordedEvent[] {
  if (events[from]?.kind === 'flow_state') return events.slice(from, from + 1);
  let end = from + 1;
  while (end < events.length && end - from < BATCH_SIZE && events[end]?.kind !== 'flow_state' && isDue(end)) end++;
  return events.slice(from, end);
}

async function play(player: Player, batch: RecordedEvent[]): Promise<void> {
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
 * A recorded line names its task, not which of a mapped task's runs it came from. It is given to its task run where that
 * is plain: the task is not mapped, and its run has been reported. All other lines belong to the flow run alone.
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
