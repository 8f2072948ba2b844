import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { Caller, OperationRequest, Operations } from '../operations/operations.ts';
import { answerOf, SAFE_HEADERS } from './answer.ts';
import { chooseForm } from './mediaType.ts';

/** A request that was read and authenticated before it is passed to yoga. */
export interface ReadRequest {
  request: OperationRequest;
  caller: Caller;
}

export type YogaListener = (request: IncomingMessage, response: ServerResponse, read: ReadRequest) => Promise<void>;

/**
 * Answers every request that is neither a plain JSON POST nor an event stream, such as a GET. Yoga chooses the form of
 * the response. The results come from the same operations as for plain JSON POSTs.
 */
export function createYogaListener(operations: Operations): YogaListener {
  // Loaded by the first request that needs it: loading takes a fifth of the CPU time of a start.
  let opened: ReturnType<typeof openYoga> | null = null;
  return async (request, response, read) => {
    opened ??= openYoga(operations);
    const yoga = await opened;
    request.url = '/graphql';
    await yoga.handle(request, response, { read });
  };
}

async function openYoga(operations: Operations) {
  const { createYoga } = await import('graphql-yoga');
  return createYoga<Context>({
    plugins: [
      // First: the body is already read and checked, so yoga must not parse it again.
      useReadRequest(),
      // Second: runs the operation. A result that is set here keeps yoga from parsing, validating and executing.
      useOperations(operations),
      // Last: replaces yoga's own result processor.
      useAnswers(),
    ],
    // The listener in front or the operations do all of these.
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    maxRequestBodySize: false,
    maskedErrors: false,
    parserAndValidationCache: false,
    logging: false,
  });
}

type Context = { read: ReadRequest };

const useReadRequest = (): Plugin<Context, Context> => ({
  onRequestParse({ setRequestParser, serverContext }) {
    setRequestParser(() => ({ query: serverContext.read.request.query }));
  },
});

const useOperations = (operations: Operations): Plugin<Context, Context> => ({
  async onParams({ context, setResult }) {
    const { request, caller } = context.read;
    const operation = operations.prepare(request, caller);
    setResult('errors' in operation ? operation : await operations.execute(operation));
  },
});

const useAnswers = (): Plugin<Context, Context> => ({
  onResponse({ response }) {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.headers.set(name, value);
  },
  onResultProcess({ request, result, setResultProcessor }) {
    const form = chooseForm(request.headers.get('accept') ?? undefined);
    if (!form || Array.isArray(result) || Symbol.asyncIterator in result) return;
    const { status, headers, body } = answerOf(result, form);
    setResultProcessor((_, { Response }) => new Response(body, { status, headers }), form.mediaType);
  },
});
