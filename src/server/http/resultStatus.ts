import type { ExecutionResult } from 'graphql';
import { ClientError } from '../observing/clientError.ts';
import type { AnswerForm } from './mediaType.ts';

/** The HTTP status of an answer: 200 where there is data, otherwise that of its gravest error. */
export function resultStatus(result: ExecutionResult, { refused }: AnswerForm): number {
  const errors = (result.errors ?? []).filter((error) => error instanceof ClientError);
  // Nothing could be read or written. Clients and proxies know from the status alone that they may send it again.
  if (result.data == null && errors.some(({ code }) => code === 'UNAVAILABLE')) return 503;
  if (result.data !== undefined || errors.length === 0) return 200;
  return Math.max(...errors.map(({ status }) => status ?? refused));
}
