import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** A socket that may be dropped before it is open. The client library removes its listeners first. */
export class DroppedSocket extends WebSocket {
  constructor(...parameters: ConstructorParameters<typeof WebSocket>) {
    super(...parameters);
    this.on('error', () => {});
  }
}

/** The position and id of an event that a follower received. */
export interface Seen {
  position: number;
  id: string;
}

interface Event {
  position: number;
  cursor: string;
  seen: { id: string };
}

interface Stream {
  /** The subscription with its arguments; `$after` is the cursor. */
  field: string;
  /** The field of an event that has an id. */
  row: 'state' | 'log';
}

export interface Follower {
  stream: Stream & { run: string };
  seen: Seen[];
  /** Errors that the server sent. */
  errors: string[];
  stop(): Promise<void>;
}

/**
 * Follows a stream on random servers, disconnects after a random number of events, and resumes on another server after the
 * last event.
 */
export function follow(urls: readonly string[], stream: Stream & { run: string }, random: () => number): Follower {
  const seen: Seen[] = [];
  const errors: string[] = [];
  let after: string | null = null;
  let stopped = false;
  let client: Client | null = null;

  const query = `subscription ($after: String) { event: ${stream.field.replace('RUN', stream.run)} { position cursor seen: ${stream.row} { id } } }`;
  const connection = () =>
    new Promise<void>((resolve) => {
      const url = urls[Math.floor(random() * urls.length)] ?? '';
      const events = 1 + Math.floor(random() * 30);
      let left = events;
      client = createClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: DroppedSocket,
        retryAttempts: 0,
      });
      client.subscribe<{ event: Event }>(
        { query, variables: { after } },
        {
          next({ data, errors: sent }) {
            if (sent) errors.push(JSON.stringify(sent));
            if (!data || left <= 0) return;
            left -= 1;
            after = data.event.cursor;
            seen.push({ position: data.event.position, id: data.event.seen.id });
            // The server continues to send until it notices. These events are ignored.
            if (left === 0) client?.terminate();
          },
          error(error) {
            if (Array.isArray(error)) errors.push(JSON.stringify(error));
            resolve();
          },
          complete: resolve,
        },
      );
    });

  const following = (async () => {
    while (!stopped) await connection();
  })();
  return {
    stream,
    seen,
    errors,
    async stop() {
      stopped = true;
      client?.terminate();
      await following;
    },
  };
}
