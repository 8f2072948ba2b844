import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { ClientError } from '../observing/clientError.ts';
import type { Caller, Events, OperationRequest, Operations } from '../operations/operations.ts';
import { answerOf } from './answer.ts';
import { chooseForm } from './mediaType.ts';

/** What was made out about a request before yoga gets it. */
export interface ReadRequest {
  request: OperationRequest;
  caller: Caller;
}

export type YogaListener = (request: IncomingMessage, response: ServerResponse, read: ReadRequest) => Promise<void>;

/**
 * The way of every request that is not a plain JSON POST: GET, and all that is streamed. Yoga chooses the form of the
 * answer and streams it; what is answered comes from the same operations as on the short path.
 */
export function createYogaListener(operations: Operations): YogaListener {
  // By the first request that needs it: loading takes a fifth of the CPU of a start.
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
      // First: the body was read, measured and checked already, so that no parser of yoga's must look at it.
      useReadRequest(),
      // Then the operation itself. Its result is set before yoga would parse, validate or execute anything.
      useOperations(operations),
      // Last, behind yoga's own processors, to take the place of the one for answers of a single piece.
      useAnswers(),
    ],
    // Each of these is done by the listener in front, or by the operations.
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
    if ('errors' in operation) return setResult(operation);
    if (operation.definition.operation !== 'subscription') return setResult(await operations.execute(operation));
    const events = await operations.subscribe(operation);
    setResult(Symbol.asyncIterator in events ? resultsOf(events) : events);
  },
});

const useAnswers = (): Plugin<Context, Context> => ({
  onResultProcess({ request, result, setResultProcessor }) {
    const form = chooseForm(request.headers.get('accept') ?? undefined);
    if (!form || Array.isArray(result) || Symbol.asyncIterator in result) return;
    const { status, headers, body } = answerOf(result, form);
    setResultProcessor((_, { Response }) => new Response(body, { status, headers }), form.mediaType);
  },
});

/** Server-sent events: the shared JSON goes out as it is, and an error in mid-stream is the last event. */
function resultsOf(events: Events): AsyncIterableIterator<ExecutionResult> {
  let isOver = false;
  const results: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      if (isOver) return { done: true, value: undefined };
      try {
        const { done, value } = await events.next();
        if (done) return { done, value };
        // yoga calls `stringify` where a result brings its own.
        return { done: false, value: { ...value.result, stringify: () => value.json } as ExecutionResult };
      } catch (error) {
        isOver = true;
        if (!(error instanceof ClientError)) throw error;
        return { done: false, value: { errors: [error] } };
      }
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}
