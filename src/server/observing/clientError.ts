import { GraphQLError } from 'graphql';
import { Problem, type ProblemCode } from '../../core/values/problem.ts';

/**
 * The HTTP status of a response that has this error and no data. For a code that is not listed, the media type decides:
 * 200 for `application/json`, because older clients treat any other status as a broken connection, and 400 otherwise.
 * https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
 */
const STATUS: { readonly [Code in ProblemCode]?: number } = {
  BAD_REQUEST: 400,
  PAYLOAD_TOO_LARGE: 413,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};

interface Seen {
  code: ProblemCode;
  message: string;
  details?: Problem['details'];
  /** Overrides the status of the code. */
  status?: number | undefined;
  allow?: string | undefined;
}

/** An error as the client sees it. The server sends no other kind of error. */
export class ClientError extends GraphQLError {
  readonly code: ProblemCode;
  /** Null if the media type of the response decides. */
  readonly status: number | null;
  /** The `allow` header of a 405: the methods that are allowed. */
  readonly allow: string | undefined;
  /** @param at the GraphQL error, which has the location in the document and the path in the response */
  constructor({ code, message, details, status, allow }: Seen, at?: GraphQLError) {
    super(shortened(message), {
      nodes: at?.nodes ?? null,
      source: at?.source ?? null,
      positions: at?.positions ?? null,
      path: at?.path ?? null,
      // Details may override the code: Prefect 1 clients expect some of Hasura's codes.
      extensions: { code, ...details },
    });
    this.code = code;
    this.status = status ?? STATUS[code] ?? null;
    this.allow = allow;
  }
}

const LONGEST_MESSAGE = 1_000;

/** Cuts out the middle of a long message. graphql quotes rejected values in full, and states the reason at the end. */
function shortened(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return message;
  const half = LONGEST_MESSAGE / 2;
  return `${message.slice(0, half)} ... ${message.slice(-half)}`;
}

/** A request that fails before GraphQL reads it, with an HTTP status that is more precise than that of its code. */
export class RequestFault extends Problem {
  constructor(
    readonly status: number,
    code: ProblemCode,
    message: string,
    readonly allow?: string,
  ) {
    super(code, message);
  }
}
