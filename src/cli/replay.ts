import { randomUUID } from 'node:crypto';
import { playbackClock } from './playbackClock.ts';
import { type Player, play } from './player.ts';
import { initialState, mappedSlugs } from './recordedRuns.ts';
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

// Well within what servers take in one request, which is 1,000 reports and, unless set otherwise, 5 MB.
const BATCH_EVENTS = 200;
const BATCH_CHARACTERS = 1_000_000;

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

/**
 * What can be sent together: all that is due, up to the next state of the flow run. Task states and logs of one batch go
 * in two requests; their order among each other is in no history, so nothing is lost by it.
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
