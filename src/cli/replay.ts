import { randomUUID } from 'node:crypto';
import { playbackClock } from './playbackClock.ts';
import { type Player, play } from './player.ts';
import { initialState, mappedSlugs } from './recordedRuns.ts';
import type { RecordedEvent } from './recording.ts';
import type { ResendingClient } from './resendingClient.ts';

export interface ReplayOptions {
  flowName: string;
  /** 1 is the recorded speed, 10 ten times as fast, Infinity as fast as the server answers. */
  speed: number;
  onRun: (flowRunId: string) => void;
  /** Receives the number of events that the server has acknowledged so far. */
  onProgress: (played: number) => void;
}

export interface Replayed {
  flowRunId: string;
  /** The server's rejections, each with the line number in the file. */
  refused: string[];
}

// Well within the limits of one request: 1,000 reports and, by default, 16 MB.
const BATCH_EVENTS = 200;
const BATCH_CHARACTERS = 1_000_000;

/**
 * Plays a recording through the public API. Creates a flow run and sets its states with `force`, because they have
 * already happened. Reports task run states with their recorded times, like an engine that orchestrates itself. Every
 * request has an idempotency key, made of the replay's id and the line number, so that it can be sent again.
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

/**
 * Returns the events to send together: all that are due, up to the next flow run state. Task run states and logs of a
 * batch are sent in two requests. No history records their order relative to each other, so it does not matter.
 */
function nextBatch(events: RecordedEvent[], from: number, isDue: (position: number) => boolean): RecordedEvent[] {
  if (events[from]?.kind === 'flow_state') return events.slice(from, from + 1);
  const batch: RecordedEvent[] = [];
  let length = 0;
  for (const event of events.slice(from, from + BATCH_EVENTS)) {
    length += event.length;
    const isLast = event.kind === 'flow_state' || length > BATCH_CHARACTERS || !isDue(from + batch.length);
    if (batch.length > 0 && isLast) break;
    batch.push(event);
  }
  return batch;
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
