import type { ExecutionResult } from 'graphql';
import { ClientError } from '../observing/clientError.ts';
import type { AnswerForm } from './mediaType.ts';

/** Returns the HTTP status of a response: 200 if it has data, otherwise the highest status of its errors. */
export function resultStatus(result: ExecutionResult, { refused }: AnswerForm): number {
  const errors = (result.errors ?? []).filter((error) => error instanceof ClientError);
  // Nothing was read or written. The status tells clients and proxies that they may retry.
  if (result.data == null && errors.some(({ code }) => code === 'UNAVAILABLE')) return 503;
  if (result.data !== undefined || errors.length === 0) return 200;
  return Math.max(...errors.map(({ status }) => status ?? refused));
}
