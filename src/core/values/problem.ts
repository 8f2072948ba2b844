/**
 * Every code of `errors[].extensions.code`, with its meaning to a client. docs/errors.md contains this table; a test
 * compares the two.
 */
export const PROBLEM_CODES = {
  GRAPHQL_PARSE_FAILED: 'The document is not valid GraphQL syntax.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not match the schema.',
  BAD_REQUEST: 'The HTTP request is not a GraphQL request: no document, invalid JSON, or a method that is not allowed.',
  BAD_USER_INPUT: 'A value is malformed, too long or out of range. The message names it.',
  INVALID_CURSOR: 'The cursor does not belong to this field, to this order or to this run.',
  QUERY_TOO_COMPLEX:
    'The document exceeds a limit on bytes, tokens, depth, aliases, fields or introspection, or the request one on rows or values.',
  PAYLOAD_TOO_LARGE: 'The request body is larger than the server accepts.',
  LIMIT_EXCEEDED:
    'The request exceeds a limit of the server: values, levels of JSON, page size, batch size, subscriptions per socket.',
  UNAUTHENTICATED: 'The server requires an API key, and the request has none or an unknown, revoked or expired one.',
  FORBIDDEN: 'The role of the API key does not allow this operation.',
  NOT_FOUND: 'The object of the request does not exist.',
  REFERENCE_NOT_FOUND: 'The request refers to another object that does not exist, such as a flow or a parent.',
  CONFLICT: 'An object with this key already exists.',
  FAILED_PRECONDITION: 'The request is valid, but not in the current state of the run.',
  VERSION_CONFLICT: 'The run has changed: its version is not the `expectedVersion` of the mutation.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used before, for a different request.',
  'data-exception':
    "Prefect 1 reads: a value does not match its type, or a pattern is invalid. The message is PostgreSQL's.",
  'validation-failed': 'Prefect 1 reads: the arguments contradict each other.',
  'bad-request': 'Prefect 1 reads: `limit` or `offset` is negative.',
  'parse-failed': 'Prefect 1 reads: a JSON `path` cannot be parsed.',
  TIMEOUT: 'A read took too long and was cancelled. Use a simpler filter, or request fewer rows.',
  UNAVAILABLE: 'The database is unreachable, or the server is overloaded. Retry the same request.',
  INTERNAL_SERVER_ERROR:
    'An internal error; nothing was written. The server log holds it under the id in `extensions.errorId`.',
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

/** An expected failure, sent to the client unchanged: a code for programs, and a sentence that says what to do. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly code: ProblemCode,
    message: string,
    /** More facts for programs, sent in `extensions` with the code. */
    readonly details: { readonly [key: string]: string | number | boolean | null } = {},
  ) {
    super(message);
  }
}

/** Returns a thrown Problem; throws anything else again. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}
