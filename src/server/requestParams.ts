import { Problem } from '../core/problem.ts';
import type { OperationRequest } from './operations.ts';

const KINDS = {
  query: 'string',
  operationName: 'string',
  variables: 'object',
  extensions: 'object',
} as const;

/** The request in the body of a POST. Throws BAD_REQUEST with what is wrong about it. */
export function requestOfJson(text: string): OperationRequest {
  if (text.trim() === '')
    throw new Problem('BAD_REQUEST', 'The body is empty; a JSON object with a `query` is expected.');
  const body = parseJson(text, 'The body');
  if (Array.isArray(body))
    throw new Problem('BAD_REQUEST', 'The body is a list; send one operation a request, in a JSON object.');
  return requestOf(body);
}

/** The request in the query string of a GET. */
export function requestOfSearch(search: URLSearchParams): OperationRequest {
  const json = (name: string) => parseJson(search.get(name) || 'null', `\`${name}\``);
  return requestOf({
    query: search.get('query') || null,
    operationName: search.get('operationName') || null,
    variables: json('variables'),
    extensions: json('extensions'),
  });
}

/** The request in a message of a socket. */
export function requestOf(body: unknown): OperationRequest {
  if (kindOf(body) !== 'object') throw new Problem('BAD_REQUEST', `A JSON object is expected, not ${kindOf(body)}.`);
  const params = body as { [name: string]: unknown }; // an object, as the line above has made sure
  for (const [name, kind] of Object.entries(KINDS)) {
    const given = params[name];
    if (given != null && kindOf(given) !== kind)
      throw new Problem('BAD_REQUEST', `\`${name}\` must be ${kind === 'string' ? 'a string' : 'an object'}.`);
  }
  const { query, operationName, variables } = params as unknown as {
    [Name in keyof OperationRequest]?: OperationRequest[Name] | null;
  }; // each kind was checked
  if (!query) throw new Problem('BAD_REQUEST', 'The request holds no `query`.');
  return { query, operationName: operationName || null, variables: variables ?? {} };
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('BAD_REQUEST', `${what} is not JSON.`);
  }
}

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value);
