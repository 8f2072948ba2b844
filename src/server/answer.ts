import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { MediaType } from './mediaType.ts';
import { PresentedError } from './presentedError.ts';
import { resultStatus } from './resultStatus.ts';

export interface Answer {
  status: number;
  headers: { [name: string]: string };
  body: string;
}

/** A result as HTTP carries it. Both ways to run a request end here, so that they answer alike. */
export function answerOf(result: ExecutionResult, mediaType: MediaType): Answer {
  const status = resultStatus(result, mediaType);
  const headers: Answer['headers'] = { 'content-type': `${mediaType}; charset=utf-8` };
  const [error] = result.errors ?? [];
  if (error instanceof PresentedError && error.allow) headers.allow = error.allow;
  return { status, headers, body: JSON.stringify(result) };
}

export const jsonAnswer = (status: number, value: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
});

/** Says the length, without which Node would send the body in chunks. */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
