import { setTimeout as wait } from 'node:timers/promises';
import { type Client, createClient, type SubscribePayload } from 'graphql-ws/client';
import WebSocket from 'ws';
import { isFinal, type StateType } from '../core/runs/state.ts';
import { Problem, type ProblemCode } from '../core/values/problem.ts';
import { WATCHED_STREAMS, type WatchedEvent } from './watchedStreams.ts';

export interface WatchOptions {
  flowRunId: string;
  /** http or https. The WebSocket connects to the same address. */
  url: string;
  apiKey?: string | undefined;
  /** Whether to continue after the run has ended. */
  follow: boolean;
  onEvent: (event: WatchedEvent) => void;
  /** Called once per outage, when the connection is lost. */
  onOutage: (reason: string) => void;
}

/** How long to wait for log lines after the final state: engines buffer lines for about a second. */
const QUIET_MS = 1_500;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;
/** A server whose machine fails never closes the connection. It counts as lost if a ping gets no answer. */
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

/**
 * Follows a flow run over one WebSocket: its states, its task runs' states and its logs, each exactly once and in
 * order. Returns the type of its last state when the run has ended and no event has arrived for QUIET_MS.
 *
 * Every event has a cursor, and each stream stores its last one. A stream that breaks, because the connection was lost
 * or the server stopped, is opened again after that cursor, so no event is missed or repeated.
 * @throws Problem if no server answers at first, or if the server rejects a request
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
        onEvent({ ...data.event, stream: name } as WatchedEvent); // its document selects this member
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
  /** Returns the reason to open a broken stream again. @throws Problem if a retry would not help */
  reasonToResume(error: unknown): string;
}

/** One WebSocket for all streams. The client opens it for the first stream, and again after a loss. */
function openConnection({ url, apiKey, onOutage }: WatchOptions, ending: QuietEnding): Connection {
  let answered = false;
  let isLost = false;
  let unanswered: NodeJS.Timeout | undefined;
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
    retryAttempts: 0, // a retry would send the first cursor again
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

/** graphql-ws close codes that are permanent. After any other close, a retry may succeed. */
const REFUSALS: { [closeCode: number]: ProblemCode } = {
  4400: 'BAD_REQUEST',
  4401: 'UNAUTHENTICATED',
  4403: 'FORBIDDEN',
  4406: 'BAD_REQUEST',
};

/** Converts what the client throws: a list of GraphQL errors, or the close event of the socket. */
function problemOf(thrown: unknown): Problem {
  if (Array.isArray(thrown)) {
    const [first] = thrown as { message: string; extensions?: { code?: ProblemCode } }[]; // as graphql-ws received them
    return new Problem(first?.extensions?.code ?? 'INTERNAL_SERVER_ERROR', first?.message ?? 'unknown error');
  }
  const { code, reason } = thrown as { code?: number; reason?: string }; // a close event or a socket error
  return new Problem(REFUSALS[code ?? 0] ?? 'UNAVAILABLE', reason || 'the connection was lost');
}

type QuietEnding = ReturnType<typeof quietEnding>;

/** Resolves when the run has ended and the streams are quiet. Does not count the time while the connection is lost. */
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
