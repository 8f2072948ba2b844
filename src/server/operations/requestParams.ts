import { Problem } from '../../core/values/problem.ts';
import type { OperationRequest } from './operations.ts';
import { parsePythonJson } from './pythonJson.ts';

const KINDS = [
  ['query', 'string'],
  ['operationName', 'string'],
  ['variables', 'object'],
  ['extensions', 'object'],
] as const;

// What Prefect 1's user interface puts together is twenty at most.
const MAX_BATCH = 50;

/** The request in the body of a POST, or several in a list. Throws BAD_REQUEST with what is wrong about it. */
export function requestOfJson(text: string): OperationRequest | OperationRequest[] {
  if (text.trim() === '')
    throw new Problem('BAD_REQUEST', 'The body is empty; a JSON object with a `query` is expected.');
  const body = parseJson(text, 'The body');
  if (!Array.isArray(body)) return requestOf(body);
  if (body.length === 0 || body.length > MAX_BATCH)
    throw new Problem('BAD_REQUEST', `A list must hold 1 to ${MAX_BATCH} requests, and this one holds ${body.length}.`);
  return body.map(requestOf);
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
  const sent = body as { [name: string]: unknown }; // an object, as the line above has made sure
  const params = typeof sent.variables === 'string' ? { ...sent, variables: variablesOf(sent.variables) } : sent;
  for (const [name, kind] of KINDS) {
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

/** Prefect 1's clients send their variables as JSON in a string. https://github.com/PrefectHQ/prefect/blob/1.4.1/src/prefect/client/client.py#L448 */
function variablesOf(text: string): unknown {
  try {
    return parsePythonJson(text);
  } catch {
    throw new Problem('BAD_REQUEST', 'Variables are invalid JSON.');
  }
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('BAD_REQUEST', `${what} is not JSON.`);
  }
}

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value);
