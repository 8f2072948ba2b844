/**
 * Every code that `errors[].extensions.code` can hold, with what it means to a caller. docs/errors.md is this table in
 * Markdown; a test compares the two.
 */
export const PROBLEM_CODES = {
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema.',
  BAD_REQUEST: 'The HTTP request is not a GraphQL request: no document, bad JSON, or a method that may not carry it.',
  BAD_USER_INPUT: 'A value was refused: wrong form, too long, or out of range. The message names it.',
  INVALID_CURSOR: 'A cursor was not given out by this field, or belongs to another order or another run.',
  QUERY_TOO_COMPLEX: 'The document goes past a limit of depth, tokens, aliases or fields.',
  PAYLOAD_TOO_LARGE: 'The request body is larger than the server accepts.',
  LIMIT_EXCEEDED: 'A bound of the server is reached: page size, batch size, subscriptions of a socket.',
  UNAUTHENTICATED: 'The server asks for an API key, and none or an unknown one was sent.',
  FORBIDDEN: 'The API key is known, and its role does not allow this.',
  NOT_FOUND: 'What the request is about does not exist.',
  REFERENCE_NOT_FOUND: 'The request names something else that does not exist, a flow or a parent for instance.',
  CONFLICT: 'Something with this key exists already.',
  FAILED_PRECONDITION: 'The request is right, and the state of the run does not allow it.',
  VERSION_CONFLICT: 'The run has moved on: its version is not the one that the mutation expected.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used before, for a request with another content.',
  'data-exception':
    "Prefect 1 reads: a value has not the form of its type, or a pattern is none. The message is PostgreSQL's.",
  'validation-failed': 'Prefect 1 reads: the arguments do not fit together.',
  'bad-request': 'Prefect 1 reads: `limit` or `offset` is negative.',
  'parse-failed': 'Prefect 1 reads: a `path` into JSON cannot be read.',
  UNAVAILABLE: 'The database cannot be reached or the server is full. The same request may be sent again.',
  INTERNAL_SERVER_ERROR: 'A fault of ours. It is logged under the id in `extensions.errorId`; nothing was written.',
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

/** An expected failure: the code is for programs, the sentence tells a person what to do. Shown to the client as it is. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly code: ProblemCode,
    message: string,
    /** More facts for programs; put beside the code in `extensions`. */
    readonly details: { readonly [key: string]: string | number | boolean | null } = {},
  ) {
    super(message);
  }
}

/** What was thrown, if it is expected; a fault of ours is thrown on. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}
