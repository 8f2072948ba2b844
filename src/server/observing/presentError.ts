import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { PROBLEM_CODES, Problem, type ProblemCode } from '../../core/values/problem.ts';
import { ClientError, RequestFault } from './clientError.ts';

/** @param fallback the code of a GraphQL error that has none; it tells which phase failed */
export type PresentError = (error: unknown, fallback?: ProblemCode) => ClientError;

/**
 * Converts a thrown value into the error that the client sees. An unexpected error is masked, and logged once with an
 * id that the response also contains.
 */
export const createPresentError =
  (log: Logger): PresentError =>
  (error, fallback) => {
    if (error instanceof ClientError) return error;
    const at = error instanceof GraphQLError ? error : undefined;
    const cause = causeOf(error);
    if (cause instanceof Problem) {
      // During an outage every request fails this way, for the same reason: one short line per request is enough.
      if (cause.code === 'UNAVAILABLE') log.warn({ reason: reasonOf(cause), path: at?.path }, cause.message);
      const { status, allow } = cause instanceof RequestFault ? cause : {};
      // graphql's message may name the variable or argument. For an outage, the Problem's own message says more.
      const message = at && cause.code !== 'UNAVAILABLE' ? at.message : cause.message;
      return new ClientError({ code: cause.code, message, details: cause.details, status, allow }, at);
    }
    const code = cause instanceof GraphQLError ? (codeOf(cause) ?? fallback ?? codeOfExecution(cause)) : null;
    if (at && code) return new ClientError({ code, message: at.message }, at);
    const known = KNOWN_CAUSES.find(({ is }) => is(cause));
    if (known) return new ClientError(known, at);

    const errorId = randomUUID();
    log.error({ errorId, err: cause, path: at?.path }, 'request failed unexpectedly, the client got a masked error');
    const message = 'Internal server error. The server log has the details under this `errorId`.';
    return new ClientError({ code: 'INTERNAL_SERVER_ERROR', message, details: { errorId } }, at);
  };

/** Unwraps an error: graphql wraps what a resolver or a scalar throws, once or several times. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError != null ? causeOf(error.originalError) : error;
}

const reasonOf = ({ cause, message }: Problem): string => (cause instanceof Error ? cause.message : message);

function codeOf({ extensions: { code } }: GraphQLError): ProblemCode | null {
  // hasOwn has proved that the code is a key of the table
  return typeof code === 'string' && Object.hasOwn(PROBLEM_CODES, code) ? (code as ProblemCode) : null;
}

/** During execution, graphql reports invalid arguments (the client's fault) and invalid results (ours). */
const codeOfExecution = ({ message }: GraphQLError): ProblemCode | null =>
  message.startsWith('Argument "') ? 'BAD_USER_INPUT' : null;

/** `character_not_in_repertoire` and `untranslatable_character`: PostgreSQL cannot store NUL in text or in jsonb. */
const NUL_IN_TEXT = ['22021', '22P05'];

const KNOWN_CAUSES: { is: (cause: unknown) => boolean; code: ProblemCode; message: string }[] = [
  {
    is: (cause) => cause instanceof Error && 'code' in cause && NUL_IN_TEXT.some((code) => code === cause.code),
    code: 'BAD_USER_INPUT',
    message: 'Text must not contain the NUL character (\\u0000).',
  },
  {
    is: (cause) => cause instanceof RangeError && cause.message === 'Maximum call stack size exceeded',
    code: 'QUERY_TOO_COMPLEX',
    message: 'The request is nested too deeply.',
  },
];
