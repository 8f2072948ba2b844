import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Prefect1Headers } from '../../prefect1/operations/prefect1Context.ts';
import { type ClientError, RequestFault } from '../observing/clientError.ts';
import type { Observations } from '../observing/observations.ts';
import type { PresentError } from '../observing/presentError.ts';
import type { Documents, ReadDocument, ReadOperation } from './documentCache.ts';
import { pageCost, type Variables } from './pageCost.ts';
import { createSharedExecution, groupKey, type SharedResult } from './sharedExecution.ts';

/** What a request asks for, whatever brought it. */
export interface OperationRequest {
  query: string;
  operationName: string | null;
  variables: Variables;
}

/** Who asks, and what the way it came allows: GET only reads, and an answer of one piece cannot hold a stream. */
export interface Caller {
  viewer: Viewer;
  headers: Prefect1Headers;
  mayMutate: boolean;
  maySubscribe: boolean;
}

/** Prefect 1's clients, whose headers matter, know no sockets. */
export const OVER_SOCKETS = { headers: { coreVersion: null, agentId: null }, mayMutate: true, maySubscribe: true };

/** An operation that was checked and may run. */
export interface Operation extends ReadOperation {
  read: ReadDocument;
  variables: Variables;
  viewer: Viewer;
  headers: Prefect1Headers;
}

export type Events = AsyncIterableIterator<SharedResult, undefined, undefined>;

export interface Operations {
  prepare(request: OperationRequest, caller: Caller): Operation | { errors: readonly ClientError[] };
  /** A query or a mutation. Never throws. */
  execute(operation: Operation): Promise<ExecutionResult>;
  /** The events of a subscription, or what stands in its way. The iterator throws presented errors only. */
  subscribe(operation: Operation): Promise<Events | ExecutionResult>;
}

export interface OperationParts {
  schema: GraphQLSchema;
  documents: Documents;
  present: PresentError;
  /** A context for one execution: the memory in it must not outlive it. */
  contextOf: (viewer: Viewer, headers: Prefect1Headers) => unknown;
  maxRows: number;
  observations: Observations;
}

/** All transports run their operations here, so that they cannot differ in what they allow and answer. */
export function createOperations(parts: OperationParts): Operations {
  const { schema, documents, present, contextOf, maxRows, observations } = parts;
  const shared = createSharedExecution();

  function check({ definition, pages }: ReadOperation, variables: Variables, caller: Caller): void {
    const kind = definition.operation;
    if (kind === OperationTypeNode.MUTATION && !caller.mayMutate)
      throw new RequestFault(405, 'BAD_REQUEST', 'A mutation must be sent with POST.', 'POST');
    if (kind === OperationTypeNode.SUBSCRIPTION && !caller.maySubscribe)
      throw new RequestFault(
        406,
        'BAD_REQUEST',
        'A subscription is a stream: open it over WebSocket (graphql-ws), or accept text/event-stream.',
      );
    const rows = pageCost(pages, variables);
    if (rows > maxRows)
      throw new Problem(
        'QUERY_TOO_COMPLEX',
        `The pages of this operation may hold ${rows} rows together, and ${maxRows} is the limit. Ask for shorter pages.`,
        { limit: 'rows', max: maxRows },
      );
  }

  function refused(errors: readonly ClientError[]): { errors: readonly ClientError[] } {
    observations.refused(errors);
    return { errors };
  }

  const argsOf = (operation: Operation): ExecutionArgs => ({
    schema,
    document: operation.read.document,
    operationName: operation.definition.name?.value ?? null,
    variableValues: operation.variables,
    contextValue: contextOf(operation.viewer, operation.headers),
  });

  function presented(result: ExecutionResult): ExecutionResult {
    if (!result.errors) return result;
    // Without data nothing was executed: it is the variables that graphql refused.
    const fallback = result.data === undefined ? 'BAD_USER_INPUT' : undefined;
    return { ...result, errors: result.errors.map((error) => present(error, fallback)) };
  }

  async function run(args: ExecutionArgs): Promise<ExecutionResult> {
    try {
      return presented(await execute(args));
    } catch (error) {
      return { errors: [present(error, 'BAD_USER_INPUT')] };
    }
  }

  /** Not a generator: its `return` would wait behind a `next` that waits for an event. */
  function eventsOf(source: AsyncIterator<unknown>, operation: Operation): Events {
    const group = groupKey(operation.viewer, operation.read, operation.definition, operation.variables);
    const over = { done: true, value: undefined } as const;
    let isOpen = true;
    const end = () => {
      if (isOpen) observations.unsubscribed();
      isOpen = false;
      return over;
    };
    const events: Events = {
      async next() {
        try {
          const { done, value } = await source.next();
          if (done) return end();
          const answer = () => run({ ...argsOf(operation), rootValue: value });
          return { done: false, value: await shared.answer(value as object, group, answer) }; // streams give objects
        } catch (error) {
          end();
          throw present(error);
        }
      },
      async return() {
        await source.return?.();
        return end();
      },
      [Symbol.asyncIterator]: () => events,
    };
    observations.subscribed();
    return events;
  }

  return {
    prepare({ query, operationName, variables }, caller) {
      const reading = documents.read(query);
      if ('errors' in reading) return refused(reading.errors);
      try {
        const operation = reading.read.operation(operationName);
        if (!operation) throw new Problem('BAD_REQUEST', noOperation(operationName));
        check(operation, variables, caller);
        return { ...operation, read: reading.read, variables, viewer: caller.viewer, headers: caller.headers };
      } catch (error) {
        return refused([present(error)]);
      }
    },

    async execute(operation) {
      const finished = observations.started(operation.definition);
      const result = await run(argsOf(operation));
      finished(result);
      return result;
    },

    async subscribe(operation) {
      try {
        const source = await createSourceEventStream(argsOf(operation));
        return Symbol.asyncIterator in source ? eventsOf(source[Symbol.asyncIterator](), operation) : presented(source);
      } catch (error) {
        return { errors: [present(error)] };
      }
    },
  };
}

const noOperation = (name: string | null): string =>
  name === null
    ? 'The document holds several operations, or none: `operationName` must say which one to run.'
    : `The document holds no operation named ${JSON.stringify(name.slice(0, 60))}.`;
