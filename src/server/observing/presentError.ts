import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { PROBLEM_CODES, Problem, type ProblemCode } from '../../core/values/problem.ts';
import { ClientError, RequestFault } from './clientError.ts';

/** @param fallback the code of a GraphQL error that brings none: it says what was being done */
export type PresentError = (error: unknown, fallback?: ProblemCode) => ClientError;

/**
 * Turns whatever was thrown into what the client sees. What nobody expected is masked, and logged once under an id that
 * the client gets, too.
 */
export const createPresentError =
  (log: Logger): PresentError =>
  (error, fallback) => {
    if (error instanceof ClientError) return error;
    const at = error instanceof GraphQLError ? error : undefined;
    const cause = causeOf(error);
    if (cause instanceof Problem) {
      // In an outage every request says this: a line is enough, and the reason is the same for all.
      if (cause.code === 'UNAVAILABLE') log.warn({ reason: reasonOf(cause), path: at?.path }, cause.message);
      const { status, allow } = cause instanceof RequestFault ? cause : {};
      // The outer message may name the variable or argument, but knows less of a database that is not there.
      const message = at && cause.code !== 'UNAVAILABLE' ? at.message : cause.message;
      return new ClientError({ code: cause.code, message, details: cause.details, status, allow }, at);
    }
    const code = cause instanceof GraphQLError ? (codeOf(cause) ?? fallback ?? codeOfExecution(cause)) : null;
    if (at && code) return new ClientError({ code, message: at.message }, at);
    const known = KNOWN_CAUSES.find(({ is }) => is(cause));
    if (known) return new ClientError(known, at);

    const errorId = randomUUID();
    log.error({ errorId, err: cause, path: at?.path }, 'a request failed for a reason that nobody expected');
    const message = 'Internal server error. It is in the log of the server under `errorId`.';
    return new ClientError({ code: 'INTERNAL_SERVER_ERROR', message, details: { errorId } }, at);
  };

/** graphql wraps what a resolver or a scalar throws, once or several times. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError != null ? causeOf(error.originalError) : error;
}

const reasonOf = ({ cause, message }: Problem): string => (cause instanceof Error ? cause.message : message);

function codeOf({ extensions: { code } }: GraphQLError): ProblemCode | null {
  // hasOwn has proved that it is one of the table
  return typeof code === 'string' && Object.hasOwn(PROBLEM_CODES, code) ? (code as ProblemCode) : null;
}

/** While it executes, graphql complains of the caller's arguments and, when we hand it a wrong value, of us. */
const codeOfExecution = ({ message }: GraphQLError): ProblemCode | null =>
  message.startsWith('Argument "') ? 'BAD_USER_INPUT' : null;

/** `character_not_in_repertoire` and `untranslatable_character`: PostgreSQL holds no NUL, neither in text nor in jsonb. */
const NUL_IN_TEXT = ['22021', '22P05'];

const KNOWN_CAUSES: { is: (cause: unknown) => boolean; code: ProblemCode; message: string }[] = [
  {
    is: (cause) => cause instanceof Error && 'code' in cause && NUL_IN_TEXT.some((code) => code === cause.code),
    code: 'BAD_USER_INPUT',
    message: 'Text may not contain the character NUL (\\u0000).',
  },
  {
    is: (cause) => cause instanceof RangeError && cause.message === 'Maximum call stack size exceeded',
    code: 'QUERY_TOO_COMPLEX',
    message: 'The request is nested too deeply.',
  },
];
