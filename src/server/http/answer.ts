import type { ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import type { ExecutionResult } from 'graphql';
import { writeJson } from '../../core/values/writeJson.ts';
import { ClientError } from '../observing/clientError.ts';
import { resultJson } from '../operations/plannedResult.ts';
import { type AnswerForm, acceptsGzip } from './mediaType.ts';
import { resultStatus } from './resultStatus.ts';

export interface Answer {
  status: number;
  headers: { [name: string]: string };
  body: string;
}

/** Converts a result to an HTTP response. Both request paths use it, so that their responses are the same. */
export function answerOf(result: ExecutionResult, form: AnswerForm): Answer {
  const status = resultStatus(result, form);
  const headers: Answer['headers'] = { 'content-type': `${form.mediaType}; charset=utf-8` };
  const [error] = result.errors ?? [];
  if (error instanceof ClientError && error.allow) headers.allow = error.allow;
  // Prefect 1 clients retry after this time. Without it they back off exponentially.
  if (status === 503) headers['retry-after'] = RETRY_AFTER_SECONDS;
  return { status, headers, body: resultJson(result) };
}

export const jsonAnswer = (status: number, value: object): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: writeJson(value),
});

export const batchAnswer = (results: readonly ExecutionResult[]): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: `[${results.map(resultJson).join(',')}]`,
});

/** In every response: browsers must not guess another content type, and no cache may store the data of a client. */
export const SAFE_HEADERS: { readonly [name: string]: string } = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
};

const RETRY_AFTER_SECONDS = '2';

// Compressing a shorter body costs more than sending it. Responses to runners and agents have a few hundred bytes.
const LEAST_PACKED = 4_096;

/**
 * Sends the response with its length, without which Node would send the body in chunks. Compresses long bodies if the
 * client accepts gzip.
 */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = Buffer.byteLength(body);
  // Node joins the headers and a text, so that they are one piece to send.
  if (length < LEAST_PACKED) return void response.writeHead(status, headersOf(headers, length)).end(body);
  response.appendHeader('vary', 'accept-encoding');
  const bytes = Buffer.from(body);
  const whole = () => response.writeHead(status, headersOf(headers, length)).end(bytes);
  if (!acceptsGzip(response.req.headers['accept-encoding'])) return void whole();
  gzip(bytes, { level: 1 }, (error, packed) => {
    if (error) return void whole();
    response.writeHead(status, [...headersOf(headers, packed.length), 'content-encoding', 'gzip']).end(packed);
  });
}

/** A list: objects of changing shapes would cost twenty times its memory. */
function headersOf(headers: Answer['headers'], length: number): string[] {
  const list = [...SAFE_LIST];
  for (const name in headers) list.push(name, headers[name] ?? '');
  list.push('content-length', `${length}`);
  return list;
}
const SAFE_LIST = Object.entries(SAFE_HEADERS).flat();
