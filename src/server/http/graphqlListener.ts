import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import { Problem } from '../../core/values/problem.ts';
import { type Authentication, onRevoked } from '../access/authentication.ts';
import { groupOf } from '../access/groupOf.ts';
import { RequestFault } from '../observing/clientError.ts';
import { type Caller, LARGE_CHARACTERS, type OperationRequest, type Operations } from '../operations/operations.ts';
import { prefect1Headers } from '../operations/requestContext.ts';
import { requestOfJson, requestOfSearch } from '../operations/requestParams.ts';
import { answerOf, batchAnswer, send } from './answer.ts';
import { sendEventStream } from './eventStream.ts';
import { GoneClient } from './goneClient.ts';
import { acceptsEventStream, chooseForm } from './mediaType.ts';
import { readBody } from './readBody.ts';
import type { YogaListener } from './yogaListener.ts';

export interface GraphqlParts {
  operations: Operations;
  authentication: Authentication;
  throughYoga: YogaListener;
  maxBodyBytes: number;
  /** How often an idle event stream sends a comment. */
  keepAliveMs: number;
  maxEventStreams: number;
}

/**
 * Answers GraphQL over HTTP. Plain JSON POSTs, which are nearly all requests, are answered here: yoga's conversion to
 * `Request` and `Response` objects costs three times as much as the operation itself. Event streams are, too, because
 * yoga's have no ids. Yoga answers all other requests.
 * Throws a Problem for a request that it rejects.
 */
export function createGraphqlListener(parts: GraphqlParts) {
  const { operations, authentication, throughYoga, maxBodyBytes, keepAliveMs, maxEventStreams } = parts;
  let openStreams = 0;
  const resultOf = (operation: ReturnType<Operations['prepare']>): ExecutionResult | Promise<ExecutionResult> =>
    'errors' in operation ? operation : operations.execute(operation);
  const answered = (asked: OperationRequest, caller: Caller) => resultOf(operations.prepare(asked, caller));

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { accept, authorization } = request.headers;
    const isPost = request.method === 'POST';
    if (isPost) checkContent(request);
    const viewer = await authentication.viewerOf(authorization, request.socket.remoteAddress);
    const asked = isPost ? requestOfJson(await readBody(request, maxBodyBytes)) : requestOfUrl(request);
    const [first] = Array.isArray(asked) ? asked : [asked];
    // Each request of a batch has the length of the whole.
    if (first && first.characters > LARGE_CHARACTERS) await operations.nextTurn();
    const maySubscribe = acceptsEventStream(accept);
    const caller: Caller = {
      viewer,
      headers: prefect1Headers(request.headers),
      share: { group: groupOf(viewer, request), gone: new GoneClient(response) },
      mayMutate: isPost,
      maySubscribe,
      resumeAfter: lastEventId(request),
      budget: operations.budget(),
    };
    if (Array.isArray(asked)) {
      // Concurrently, like Apollo's server. A client that needs an order sends one document.
      const results: (ExecutionResult | Promise<ExecutionResult>)[] = [];
      for (const one of asked) {
        results.push(answered(one, { ...caller, maySubscribe: false }));
        await operations.nextTurn();
      }
      return send(response, batchAnswer(await Promise.all(results)));
    }

    const form = chooseForm(accept);
    if (maySubscribe) {
      const operation = operations.prepare(asked, caller);
      const subscribes = !('errors' in operation) && operation.definition.operation === OperationTypeNode.SUBSCRIPTION;
      if (!subscribes && form !== null) return send(response, answerOf(await resultOf(operation), form));
      if (openStreams >= maxEventStreams)
        throw new Problem(
          'UNAVAILABLE',
          `This server has reached its limit of ${maxEventStreams} event streams. Try again later.`,
        );
      openStreams += 1;
      try {
        breakOffWhenRevoked(response, authentication, authorization);
        const results = subscribes ? await operations.subscribe(operation) : await resultOf(operation);
        await sendEventStream(response, results, keepAliveMs);
      } finally {
        openStreams -= 1;
      }
      return;
    }
    if (!isPost || form === null) return throughYoga(request, response, { request: asked, caller });
    send(response, answerOf(await answered(asked, caller), form));
  };
}

/** A browser's EventSource sends the id of the last event when it opens a broken stream again. */
function lastEventId({ headers }: IncomingMessage): string | null {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : null;
}

function breakOffWhenRevoked(
  response: ServerResponse,
  authentication: Authentication,
  authorization: string | undefined,
): void {
  // If the client disconnected while its body was read, `close` was emitted already and is not emitted again.
  if (response.closed) return;
  const stopAsking = onRevoked(authentication, authorization, () => response.destroy());
  response.once('close', stopAsking);
}

/**
 * Only JSON is accepted. Browsers let pages of any site POST the other content types that GraphQL servers commonly
 * accept without a preflight request. https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS#simple_requests
 */
function checkContent({ headers }: IncomingMessage): void {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/json')
    throw new RequestFault(415, 'BAD_REQUEST', 'The body must be JSON with `content-type: application/json`.');
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new RequestFault(415, 'BAD_REQUEST', 'The body must be uncompressed or compressed with gzip.');
}

function requestOfUrl({ url = '' }: IncomingMessage): OperationRequest {
  const [, search] = url.split('?', 2);
  if (!search) throw new Problem('BAD_REQUEST', 'The request has no `query`.');
  return requestOfSearch(new URLSearchParams(search));
}
