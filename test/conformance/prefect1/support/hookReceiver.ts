import { once } from 'node:events';
import http, { type IncomingHttpHeaders } from 'node:http';
import { expect } from 'vitest';
import { until } from './expectations.ts';

export interface Received {
  method: string | undefined;
  headers: IncomingHttpHeaders;
  /** Parsed if it is JSON. */
  body: unknown;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Waits until `count` requests have been received. */
  waitFor(count: number): Promise<void>;
}

/** Gives `work` a server that takes requests and answers them with a status, or never. */
export async function receiving(
  work: (receiver: Receiver) => Promise<void>,
  answer: number | 'never' = 200,
): Promise<void> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request
      .on('data', (part) => (text += part))
      .on('end', () => {
        received.push({ method: request.method, headers: request.headers, body: parsed(text) });
        if (answer !== 'never') response.writeHead(answer).end();
      });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server on TCP has a port');
  try {
    await work({
      url: `http://127.0.0.1:${address.port}/hook`,
      received,
      waitFor: async (count) => {
        await until(
          () => received.length,
          (length) => length >= count,
        );
        expect(received.length).toBeGreaterThanOrEqual(count);
      },
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface HookEvent {
  id: string;
  timestamp: string;
  is_test_event: boolean;
  flow_run: { id: string; is_test_event?: boolean };
  state: { state: string; serialized_state: { type: string } };
}

/** The event that a webhook received. */
export function eventOf(received: Received | undefined): HookEvent {
  if (!received) throw new Error('nothing was received');
  return (received.body as { event: HookEvent }).event; // what webhooks are sent
}
