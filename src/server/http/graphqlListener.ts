import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { Problem } from '../../core/values/problem.ts';
import { type Authentication, onRevoked } from '../access/authentication.ts';
import { RequestFault } from '../observing/clientError.ts';
import type { Caller, OperationRequest, Operations } from '../operations/operations.ts';
import { prefect1Headers } from '../operations/requestContext.ts';
import { requestOfJson, requestOfSearch } from '../operations/requestParams.ts';
import { answerOf, jsonAnswer, send } from './answer.ts';
import { acceptsEventStream, chooseForm } from './mediaType.ts';
import { readBody } from './readBody.ts';
import type { YogaListener } from './yogaListener.ts';

export interface GraphqlParts {
  operations: Operations;
  authentication: Authentication;
  throughYoga: YogaListener;
  maxBodyBytes: number;
}

/**
 * Answers GraphQL over HTTP. A plain JSON POST, which is nearly every request, is answered here: yoga's way through
 * `Request` and `Response` objects costs three times what the operation does. Everything else goes through yoga.
 * Throws what stands in the way of a request.
 */
export const createGraphqlListener =
  ({ operations, authentication, throughYoga, maxBodyBytes }: GraphqlParts) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answered = async (asked: OperationRequest, caller: Caller): Promise<ExecutionResult> => {
      const operation = operations.prepare(asked, caller);
      return 'errors' in operation ? operation : operations.execute(operation);
    };
    const { accept, authorization } = request.headers;
    const isPost = request.method === 'POST';
    if (isPost) checkContent(request);
    const viewer = await authentication.viewerOf(authorization);
    const asked = isPost ? requestOfJson(await readBody(request, maxBodyBytes)) : requestOfUrl(request);
    const maySubscribe = acceptsEventStream(accept);
    if (maySubscribe) breakOffWhenRevoked(response, authentication, authorization);
    const caller: Caller = { viewer, headers: prefect1Headers(request.headers), mayMutate: isPost, maySubscribe };
    if (Array.isArray(asked)) {
      // Side by side, as Apollo's server did: whoever wants an order writes one document.
      const results = await Promise.all(asked.map((one) => answered(one, { ...caller, maySubscribe: false })));
      return send(response, jsonAnswer(200, results));
    }

    const form = chooseForm(accept);
    if (!isPost || maySubscribe || form === null) return throughYoga(request, response, { request: asked, caller });
    send(response, answerOf(await answered(asked, caller), form));
  };

function breakOffWhenRevoked(
  response: ServerResponse,
  authentication: Authentication,
  authorization: string | undefined,
): void {
  // The client may have gone while its body was read; `close` would not be told again.
  if (response.closed) return;
  const stopAsking = onRevoked(authentication, authorization, () => response.destroy());
  response.once('close', stopAsking);
}

/**
 * Only JSON: a page of any site may send the other forms that GraphQL servers commonly take, without the browser asking
 * us whether it may. https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS#simple_requests
 */
function checkContent({ headers }: IncomingMessage): void {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/json')
    throw new RequestFault(415, 'BAD_REQUEST', 'The body must be JSON, with `content-type: application/json`.');
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new RequestFault(415, 'BAD_REQUEST', 'The body may be compressed with gzip only.');
}

function requestOfUrl({ url = '' }: IncomingMessage): OperationRequest {
  const [, search] = url.split('?', 2);
  if (!search) throw new Problem('BAD_REQUEST', 'The request holds no `query`.');
  return requestOfSearch(new URLSearchParams(search));
}
