import { type Client, createClient } from 'graphql-ws/client';
import WebSocket from 'ws';
import { waitFor } from '../support/waitFor.ts';
import type { Answered, Headers } from './serving.ts';

const socketUrl = (url: string) => url.replace('http', 'ws');

type Result = Answered['body'];

/** A graphql-ws client that does not reconnect. */
export const openClient = (url: string, connectionParams: Record<string, unknown> = {}): Client =>
  createClient({ url: socketUrl(url), webSocketImpl: WebSocket, retryAttempts: 0, connectionParams });

/** The results of an operation so far. */
export interface Received<Data> {
  results: { data: Data; errors?: Result['errors'] }[];
  /** The errors of the operation, or the close event of its socket. */
  error: unknown;
  isOver: boolean;
  stop(): void;
}

export function receive<Data>(client: Client, query: string, variables: Record<string, unknown> = {}): Received<Data> {
  const received: Received<Data> = { results: [], error: null, isOver: false, stop: () => {} };
  received.stop = client.subscribe<Data>(
    { query, variables },
    {
      // The cast: graphql-ws types data as optional.
      next: (result) => received.results.push(result as Received<Data>['results'][number]),
      error: (error) => {
        received.error = error;
        received.isOver = true;
      },
      complete: () => {
        received.isOver = true;
      },
    },
  );
  return received;
}

export async function once<Data>(client: Client, query: string, variables?: Record<string, unknown>) {
  const received = receive<Data>(client, query, variables);
  await waitFor(() => received.isOver);
  if (received.error) throw received.error;
  return received.results[0];
}

/** A bare socket with the subprotocol, and its messages so far. */
export function openSocket(url: string, headers: Headers = {}) {
  const socket = new WebSocket(socketUrl(url), 'graphql-transport-ws', { headers });
  const messages: { type: string; id?: string; payload?: unknown }[] = [];
  const state: { close: { code: number; reason: string } | null; refusal: number | null } = {
    close: null,
    refusal: null,
  };
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  socket.on('close', (code, reason) => {
    state.close = { code, reason: String(reason) };
  });
  socket.on('error', () => {});
  socket.on('unexpected-response', (_, response) => {
    state.refusal = response.statusCode ?? 0;
    socket.terminate();
  });
  return {
    socket,
    messages,
    state,
    send: (message: object) => socket.send(JSON.stringify(message)),
    opened: () => waitFor(() => socket.readyState !== socket.CONNECTING),
    closed: async () => {
      await waitFor(() => state.close !== null);
      return state.close;
    },
  };
}
