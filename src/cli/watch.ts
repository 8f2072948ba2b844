import { setTimeout as wait } from 'node:timers/promises';
import { type Client, createClient, type SubscribePayload } from 'graphql-ws/client';
import WebSocket from 'ws';
import { isFinal, type StateType } from '../core/runs/state.ts';
import { Problem, type ProblemCode } from '../core/values/problem.ts';
import { WATCHED_STREAMS, type WatchedEvent } from './watchedStreams.ts';

export interface WatchOptions {
  flowRunId: string;
  /** http or https; the socket is opened at the same address. */
  url: string;
  apiKey?: string | undefined;
  /** Goes on after the run has ended. */
  follow: boolean;
  onEvent: (event: WatchedEvent) => void;
  /** Called once an outage, when the connection is lost. */
  onOutage: (reason: string) => void;
}

/** The last log lines of a run may be written after its final state: engines hold lines back for a second or so. */
const QUIET_MS = 1_500;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;
/** A server whose machine is gone closes nothing: it is taken for lost when a ping is left without an answer. */
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

/**
 * Follows a flow run over one socket: its states, its task runs' states and its logs, each exactly once and in order.
 * Gives the type of its last state when it has ended and nothing more has come for a moment.
 *
 * Every event carries a cursor, and each stream remembers its last one. A stream that breaks off, because the connection
 * was lost or the server went away, is opened again behind its cursor: what was seen does not come twice, and what
 * happened meanwhile comes first.
 * @throws Problem when nothing answers at first, or for what the server refuses
 */
export async function watch(options: WatchOptions): Promise<StateType> {
  const ending = quietEnding(options.follow);
  const connection = openConnection(options, ending);
  const over = new AbortController();
  const onEvent = (event: WatchedEvent) => {
    options.onEvent(event);
    ending.saw(event);
  };
  const streams = WATCHED_STREAMS.map((stream) =>
    followStream(connection, stream, options.flowRunId, onEvent, over.signal),
  );
  try {
    return await Promise.race([ending.reached, Promise.all(streams).then(() => ending.reached)]);
  } finally {
    over.abort();
    await connection.client.dispose();
  }
}

async function followStream(
  connection: Connection,
  { name, document }: (typeof WATCHED_STREAMS)[number],
  flowRunId: string,
  onEvent: (event: WatchedEvent) => void,
  over: AbortSignal,
): Promise<void> {
  let after: string | null = null;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    let reason = 'the server ended the stream';
    try {
      const payload: SubscribePayload = { query: document, variables: { id: flowRunId, after } };
      for await (const { data, errors } of connection.client.iterate<{ event: WatchedEvent }>(payload)) {
        if (!data) throw errors;
        after = data.event.cursor;
        pause = FIRST_PAUSE_MS;
        onEvent({ ...data.event, stream: name } as WatchedEvent); // the document of this name selects this member
      }
    } catch (error) {
      reason = connection.reasonToResume(error);
    }
    if (over.aborted) return;
    connection.lost(reason);
    await wait(pause, undefined, { signal: over });
  }
}

interface Connection {
  client: Client;
  lost(reason: string): void;
  /** Why a broken stream is to be opened again. @throws Problem where that would not help */
  reasonToResume(error: unknown): string;
}

/** One socket for all streams: the client opens it for the first that asks, and again for the first that asks after a loss. */
function openConnection({ url, apiKey, onOutage }: WatchOptions, ending: QuietEnding): Connection {
  let answered = false;
  let isLost = false;
  let unanswered: NodeJS.Timeout | undefined;
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
    retryAttempts: 0, // it would send the first cursor again
    keepAlive: PING_EVERY_MS,
    on: {
      connected() {
        answered = true;
        isLost = false;
        ending.rearm();
      },
      closed() {
        clearTimeout(unanswered);
        ending.hold();
      },
      ping(received) {
        if (!received) unanswered = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong(received) {
        if (received) clearTimeout(unanswered);
      },
    },
  });
  return {
    client,
    lost(reason) {
      if (!isLost) onOutage(reason);
      isLost = true;
    },
    reasonToResume(error) {
      const problem = problemOf(error);
      if (problem.code !== 'UNAVAILABLE') throw problem;
      if (!answered) throw new Problem('UNAVAILABLE', `no FlowQL server answers at ${url}`);
      return problem.message;
    },
  };
}

/** Close codes of graphql-ws that say no for good; every other way to lose a socket is worth another try. */
const REFUSALS: { [closeCode: number]: ProblemCode } = {
  4400: 'BAD_REQUEST',
  4401: 'UNAUTHENTICATED',
  4403: 'FORBIDDEN',
  4406: 'BAD_REQUEST',
};

/** The client throws a list of GraphQL errors, or the event with which the socket closed. */
function problemOf(thrown: unknown): Problem {
  if (Array.isArray(thrown)) {
    const [first] = thrown as { message: string; extensions?: { code?: ProblemCode } }[]; // what graphql-ws passes on
    return new Problem(first?.extensions?.code ?? 'INTERNAL_SERVER_ERROR', first?.message ?? 'unknown error');
  }
  const { code, reason } = thrown as { code?: number; reason?: string }; // otherwise a close event, or an error of the socket
  return new Problem(REFUSALS[code ?? 0] ?? 'UNAVAILABLE', reason || 'the connection was lost');
}

type QuietEnding = ReturnType<typeof quietEnding>;

/** Notices that the run has ended and the streams are quiet. While the connection is lost, silence means nothing. */
function quietEnding(follow: boolean) {
  let last: StateType | null = null;
  let timer: NodeJS.Timeout | undefined;
  let reach: (last: StateType) => void;
  const reached = new Promise<StateType>((resolve) => {
    reach = resolve;
  });
  const ending = {
    reached,
    saw(event: WatchedEvent) {
      if (event.stream === 'flowRunStates') last = event.state.type;
      ending.rearm();
    },
    rearm() {
      clearTimeout(timer);
      const final = last;
      if (!follow && final && isFinal(final)) timer = setTimeout(() => reach(final), QUIET_MS);
    },
    hold: () => clearTimeout(timer),
  };
  return ending;
}
