import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { writeJson } from '../../core/values/writeJson.ts';
import { ClientError } from '../observing/clientError.ts';
import type { Events } from '../operations/eventsOfSource.ts';
import { resultJson } from '../operations/plannedResult.ts';
import { SAFE_HEADERS } from './answer.ts';

/** After this time a browser opens a broken stream again. */
const RETRY_MS = 1_000;

const HEADERS = {
  ...SAFE_HEADERS,
  'content-type': 'text/event-stream',
  connection: 'keep-alive',
  // nginx would collect events until its buffer is full.
  'x-accel-buffering': 'no',
};

/**
 * Sends results as server-sent events, in the form of graphql-sse's distinct connections: `next` with a result, at last
 * `complete`. The id of an event is the cursor of the stream, so a browser's EventSource resumes after it with the
 * header `Last-Event-ID`. Resolves when the response has ended.
 * https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#distinct-connections-mode
 */
export async function sendEventStream(
  response: ServerResponse,
  events: Events | ExecutionResult,
  keepAliveMs: number,
): Promise<void> {
  if (response.closed) return void (isEvents(events) && (await events.return?.()));
  response.writeHead(200, HEADERS);
  response.write(`retry: ${RETRY_MS}\n\n`);
  const keepAlive = setInterval(() => response.writableNeedDrain || response.write(':\n\n'), keepAliveMs);
  response.once('close', () => {
    clearInterval(keepAlive);
    if (isEvents(events)) void events.return?.();
  });
  for await (const part of isEvents(events) ? partsOf(events) : [next(resultJson(events), null)]) {
    // Waits for a slow client, so that the stream reads no further meanwhile.
    if (!response.write(part)) await drained(response);
    if (response.closed) return;
  }
  if (response.closed) return;
  response.end('event: complete\ndata:\n\n');
}

async function* partsOf(events: Events): AsyncGenerator<string> {
  try {
    for await (const { json, cursor } of events) yield next(json, cursor);
  } catch (error) {
    // The iterator throws nothing else. The error is the last event.
    if (!(error instanceof ClientError)) throw error;
    yield next(writeJson({ errors: [error] }), null);
  }
}

/** Resolves when the response can take more, or is closed. */
const drained = (response: ServerResponse) =>
  new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });

const isEvents = (events: Events | ExecutionResult): events is Events => Symbol.asyncIterator in events;

/** JSON and cursors contain no line breaks. */
const next = (json: string, cursor: string | null): string =>
  `event: next\n${cursor === null ? '' : `id: ${cursor}\n`}data: ${json}\n\n`;
