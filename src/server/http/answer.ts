import type { ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import type { ExecutionResult } from 'graphql';
import { ClientError } from '../observing/clientError.ts';
import type { AnswerForm } from './mediaType.ts';
import { resultStatus } from './resultStatus.ts';

export interface Answer {
  status: number;
  headers: { [name: string]: string };
  body: string;
}

/** A result as HTTP carries it. Both ways to run a request end here, so that they answer alike. */
export function answerOf(result: ExecutionResult, form: AnswerForm): Answer {
  const status = resultStatus(result, form);
  const headers: Answer['headers'] = { 'content-type': `${form.mediaType}; charset=utf-8` };
  const [error] = result.errors ?? [];
  if (error instanceof ClientError && error.allow) headers.allow = error.allow;
  // Prefect 1's clients come back after this, and without it only after a growing time.
  if (status === 503) headers['retry-after'] = RETRY_AFTER_SECONDS;
  return { status, headers, body: JSON.stringify(result) };
}

export const jsonAnswer = (status: number, value: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
});

const RETRY_AFTER_SECONDS = '2';

// Below this, packing costs more than sending: the answers of runners and agents, a few hundred bytes, go out as they are.
const LEAST_PACKED = 4_096;

/** Says the length, without which Node would send the body in chunks. Long answers are packed for those who take gzip. */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const bytes = Buffer.from(body);
  const answer = (sent: Buffer, more: Answer['headers'] = {}) =>
    response.writeHead(status, { ...headers, ...more, 'content-length': sent.length }).end(sent);
  if (bytes.length < LEAST_PACKED) return void answer(bytes);
  response.appendHeader('vary', 'accept-encoding');
  if (!/\bgzip\b/.test(String(response.req.headers['accept-encoding'] ?? ''))) return void answer(bytes);
  gzip(bytes, { level: 1 }, (error, packed) =>
    error ? answer(bytes) : answer(packed, { 'content-encoding': 'gzip' }),
  );
}
