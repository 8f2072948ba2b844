import type { ProblemCode } from '../../../../src/core/values/problem.ts';
import { ApiError, type ErrorKind } from '../api.ts';

/** The kind of rejection for each code of docs/errors.md. */
const KINDS: { [Code in ProblemCode]: ErrorKind } = {
  // An error in the adapter's document. Values are variables, whose errors are BAD_USER_INPUT.
  GRAPHQL_PARSE_FAILED: 'adapter',
  GRAPHQL_VALIDATION_FAILED: 'adapter',
  BAD_REQUEST: 'adapter',
  BAD_USER_INPUT: 'validation',
  INVALID_CURSOR: 'validation',
  QUERY_TOO_COMPLEX: 'validation',
  PAYLOAD_TOO_LARGE: 'validation',
  LIMIT_EXCEEDED: 'validation',
  UNAUTHENTICATED: 'bad_request',
  FORBIDDEN: 'bad_request',
  NOT_FOUND: 'not_found',
  REFERENCE_NOT_FOUND: 'conflict',
  CONFLICT: 'conflict',
  FAILED_PRECONDITION: 'bad_request',
  VERSION_CONFLICT: 'conflict',
  IDEMPOTENCY_KEY_REUSED: 'conflict',
  TIMEOUT: 'unavailable',
  UNAVAILABLE: 'unavailable',
  INTERNAL_SERVER_ERROR: 'internal',
  // Only the dialect of Prefect 1 has these, which no case here uses.
  'data-exception': 'adapter',
  'validation-failed': 'adapter',
  'bad-request': 'adapter',
  'parse-failed': 'adapter',
};

interface GraphqlError {
  message: string;
  extensions?: { code?: ProblemCode };
}

export const refusal = ({ message, extensions: { code } = {} }: GraphqlError): ApiError =>
  new ApiError(code ? KINDS[code] : 'internal', `${code ?? 'no code'}: ${message}`);

export type FlowqlRequest = <Data>(document: string, variables: object) => Promise<Data>;

export const flowqlRequest =
  (url: string): FlowqlRequest =>
  async <Data>(query: string, variables: object) => {
    const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = (await response.json()) as { data?: Data; errors?: GraphqlError[] }; // The cast: GraphQL over HTTP.
    if (errors?.[0]) throw refusal(errors[0]);
    return data as Data; // The cast: an answer without errors has the data of the document.
  };
