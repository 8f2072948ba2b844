import { GraphQLError } from 'graphql';
import { Problem, type ProblemCode } from '../../core/values/problem.ts';

/**
 * The HTTP status of an answer that holds this error and no data. A code that is missing is GraphQL's own affair: 200
 * where the client asked for `application/json`, whose old clients take any other status for a broken connection, and 400
 * elsewhere. https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
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
  /** In place of the code's own. */
  status?: number | undefined;
  allow?: string | undefined;
}

/** An error as the client sees it. No other error leaves the server. */
export class ClientError extends GraphQLError {
  readonly code: ProblemCode;
  /** Null: GraphQL's own affair. */
  readonly status: number | null;
  /** Of a 405: the methods that are possible. */
  readonly allow: string | undefined;
  /** @param at the error that knows where in the document and in the answer it happened */
  constructor({ code, message, details, status, allow }: Seen, at?: GraphQLError) {
    super(shortened(message), {
      nodes: at?.nodes ?? null,
      source: at?.source ?? null,
      positions: at?.positions ?? null,
      path: at?.path ?? null,
      // Details may hold another code: Prefect 1's clients know a few that are Hasura's.
      extensions: { code, ...details },
    });
    this.code = code;
    this.status = status ?? STATUS[code] ?? null;
    this.allow = allow;
  }
}

const LONGEST_MESSAGE = 1_000;

/** graphql quotes the values that it refuses, whole; nobody wants a megabyte back. What is wrong stands at the end. */
function shortened(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return message;
  const half = LONGEST_MESSAGE / 2;
  return `${message.slice(0, half)} ... ${message.slice(-half)}`;
}

/** A request that fails before it is GraphQL: its HTTP status says more than that of its code. */
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
