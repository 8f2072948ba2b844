import { checkJsonSize } from '../../core/checks/checkJsonSize.ts';
import { Problem } from '../../core/values/problem.ts';
import { readJson, readPythonJson } from '../../core/values/readJson.ts';
import type { OperationRequest } from './operations.ts';

const KINDS = [
  ['query', 'string'],
  ['operationName', 'string'],
  ['variables', 'object'],
  ['extensions', 'object'],
] as const;

// Prefect 1's user interface sends at most twenty requests in a batch.
const MAX_BATCH = 50;

/**
 * Returns the request, or the list of requests, in the body of a POST. Throws BAD_REQUEST if it is invalid, and
 * LIMIT_EXCEEDED if it has too many values.
 */
export function requestOfJson(text: string): OperationRequest | OperationRequest[] {
  if (text.trim() === '') throw new Problem('BAD_REQUEST', 'The body is empty. Send a JSON object with a `query`.');
  const body = parseJson(text, 'The body');
  if (!Array.isArray(body)) return requestOf(body, text.length);
  if (body.length === 0 || body.length > MAX_BATCH)
    throw new Problem('BAD_REQUEST', `A batch must have 1 to ${MAX_BATCH} requests, not ${body.length}.`);
  return body.map((one) => requestOf(one, text.length));
}

/** Returns the request in the query string of a GET. */
export function requestOfSearch(search: URLSearchParams): OperationRequest {
  const json = (name: string) => parseJson(search.get(name) || 'null', `\`${name}\``);
  const body = {
    query: search.get('query') || null,
    operationName: search.get('operationName') || null,
    variables: json('variables'),
    extensions: json('extensions'),
  };
  return requestOf(body, search.get('variables')?.length ?? 0);
}

/**
 * Returns the request in a WebSocket message.
 * @param characters the length of the JSON of the body
 */
export function requestOf(body: unknown, characters: number): OperationRequest {
  if (kindOf(body) !== 'object')
    throw new Problem('BAD_REQUEST', `The request must be a JSON object, not ${kindOf(body)}.`);
  const sent = body as { [name: string]: unknown }; // the line above has checked that it is an object
  const params = typeof sent.variables === 'string' ? { ...sent, variables: variablesOf(sent.variables) } : sent;
  for (const [name, kind] of KINDS) {
    const given = params[name];
    if (given != null && kindOf(given) !== kind)
      throw new Problem('BAD_REQUEST', `\`${name}\` must be ${kind === 'string' ? 'a string' : 'an object'}.`);
  }
  const { query, operationName, variables } = params as unknown as {
    [Name in keyof OperationRequest]?: OperationRequest[Name] | null;
  }; // the loop above has checked each kind
  if (!query) throw new Problem('BAD_REQUEST', 'The request has no `query`.');
  return { query, operationName: operationName || null, variables: variables ?? {}, characters };
}

/**
 * Prefect 1 clients send the variables as a string of JSON.
 * https://github.com/PrefectHQ/prefect/blob/1.4.1/src/prefect/client/client.py#L448
 */
function variablesOf(text: string): unknown {
  checkJsonSize(text, '`variables`');
  try {
    return readPythonJson(text);
  } catch {
    throw new Problem('BAD_REQUEST', 'Variables are invalid JSON.');
  }
}

function parseJson(text: string, what: string): unknown {
  checkJsonSize(text, what);
  try {
    return readJson(text);
  } catch {
    throw new Problem('BAD_REQUEST', `${what} is not valid JSON.`);
  }
}

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value);
