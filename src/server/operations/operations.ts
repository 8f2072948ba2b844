import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getVariableValues,
  OperationTypeNode,
} from 'graphql';
import type { Context } from '../../api/building/context.ts';
import { count } from '../../core/checks/checkText.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { type BudgetLimits, createRequestBudget, type RequestBudget } from '../../loading/requestBudget.ts';
import type { Prefect1Headers } from '../../prefect1/operations/prefect1Context.ts';
import type { Share } from '../../store/connection/database.ts';
import { type ClientError, RequestFault } from '../observing/clientError.ts';
import type { Observations } from '../observing/observations.ts';
import type { PresentError } from '../observing/presentError.ts';
import { checkVariables } from './checkVariables.ts';
import { coerceVariables, takingCoerced, withCoercedType } from './coerceVariables.ts';
import { createTurns } from './createTurns.ts';
import type { DocumentCache, ReadDocument, ReadOperation } from './documentCache.ts';
import { type Events, eventsOfSource } from './eventsOfSource.ts';
import { meteredFieldResolver } from './meteredFields.ts';
import { pageCost, type Variables } from './pageCost.ts';
import { usePlainNumbers } from './plainNumbers.ts';
import { plannedResult } from './plannedResult.ts';
import type { ContextParts } from './requestContext.ts';
import { createSharedExecution, groupKey } from './sharedExecution.ts';

/** A GraphQL request, independent of its transport. */
export interface OperationRequest {
  query: string;
  operationName: string | null;
  variables: Variables;
  /** The length of the JSON in which the request arrived. */
  characters: number;
}

/** The viewer, and what the transport allows: no mutations with GET, no subscriptions in a single response. */
export interface Caller {
  viewer: Viewer;
  headers: Prefect1Headers;
  share: Share;
  mayMutate: boolean;
  maySubscribe: boolean;
  /** The cursor after which a subscription continues. It takes precedence over the argument `after`. Null if there is none. */
  resumeAfter: string | null;
  /** From `Operations.budget`. The operations of a batch share one. */
  budget: RequestBudget;
}

/** Prefect 1 clients do not use WebSockets, so their headers are null. */
export const OVER_SOCKETS = {
  headers: { coreVersion: null, agentId: null },
  mayMutate: true,
  maySubscribe: true,
  resumeAfter: null,
};

/** An operation that passed all checks. */
export interface Operation extends ReadOperation, ContextParts {
  read: ReadDocument;
  /** The variables as graphql coerces them; null if graphql does so in the execution. */
  coerced: Variables | null;
  /** Whether it runs in a turn of its own. */
  isHeavy: boolean;
}

export interface Operations {
  /** Returns what a request may read and return. */
  budget(): RequestBudget;
  /** Resolves in a turn of the event loop in which no other heavy work is done. */
  nextTurn(): Promise<void>;
  prepare(request: OperationRequest, caller: Caller): Operation | { errors: readonly ClientError[] };
  /** Executes a query or mutation. Never rejects. */
  execute(operation: Operation): Promise<ExecutionResult>;
  /** Returns the events of a subscription, or a result with errors. The iterator only throws ClientErrors. */
  subscribe(operation: Operation): Promise<Events | ExecutionResult>;
}

export interface OperationParts {
  schema: GraphQLSchema;
  documents: DocumentCache;
  present: PresentError;
  /** Creates a context. Each execution needs its own, because the loaders in it cache rows. */
  contextOf: (parts: ContextParts) => Context;
  /** The limits of a request, and of each event of a subscription. */
  limits: BudgetLimits;
  observations: Observations;
}

// Each of graphql's errors quotes the faulty value.
const COERCION = { maxErrors: 5 };
/**
 * A longer request is read, checked and executed in turns of its own, so that other requests wait for one of these only.
 * Its variables are checked before graphql reads them; for shorter ones, graphql's errors are short.
 */
export const LARGE_CHARACTERS = 20_000;
/** Enough for filters with lists of a thousand names. */
const MAX_SUBSCRIPTION_CHARACTERS = 500_000;

/** Runs the operations of all transports, so that limits and results are the same for each. */
export function createOperations(parts: OperationParts): Operations {
  const { schema, documents, present, contextOf, limits, observations } = parts;
  const shared = createSharedExecution();
  const nextTurn = createTurns();
  const executingCoerced = withCoercedType(schema);

  /** Returns the coerced variables of a large request. */
  function check({ definition, pages }: ReadOperation, request: OperationRequest, caller: Caller): Variables | null {
    const { variables, characters } = request;
    const kind = definition.operation;
    if (kind === OperationTypeNode.MUTATION && !caller.mayMutate)
      throw new RequestFault(405, 'BAD_REQUEST', 'A mutation must be sent with POST.', 'POST');
    if (kind === OperationTypeNode.SUBSCRIPTION && !caller.maySubscribe)
      throw new RequestFault(
        406,
        'BAD_REQUEST',
        'A subscription needs a WebSocket (graphql-ws) or the header `accept: text/event-stream`.',
      );
    // A subscription keeps its variables as long as it lasts.
    if (kind === OperationTypeNode.SUBSCRIPTION && characters > MAX_SUBSCRIPTION_CHARACTERS)
      throw new Problem(
        'LIMIT_EXCEEDED',
        `A subscription can have at most ${count(MAX_SUBSCRIPTION_CHARACTERS)} characters.`,
        { limit: 'characters', max: MAX_SUBSCRIPTION_CHARACTERS },
      );
    const isLarge = characters > LARGE_CHARACTERS;
    // A subscription needs its variables as they were sent, to find others with the same.
    const coerces = isLarge && kind !== OperationTypeNode.SUBSCRIPTION;
    const coerced = coerces ? coerceVariables(schema, definition, variables) : null;
    if (coerced === null) {
      usePlainNumbers(schema, definition, variables);
      if (isLarge) checkVariables(schema, definition, variables);
    }
    caller.budget.plan(pageCost(pages, coerced ?? variables));
    return coerced;
  }

  function refused(errors: readonly ClientError[]): { errors: readonly ClientError[] } {
    observations.refused(errors);
    return { errors };
  }

  /** No spread of an object: V8 would make new hidden classes for each request, half of the memory of a small one. */
  const contextIn = (operation: Operation, budget: RequestBudget) => {
    const { viewer, headers, variables, resumeAfter } = operation;
    return contextOf({ viewer, headers, variables, resumeAfter, budget, share: shareOf(operation) });
  };

  const argsOf = (operation: Operation, budget: RequestBudget, rootValue?: unknown): ExecutionArgs => {
    const { read, definition, variables, coerced } = operation;
    return {
      schema: coerced === null ? schema : executingCoerced,
      document: coerced === null ? read.document : takingCoerced(read.document, definition),
      rootValue,
      operationName: definition.name?.value ?? null,
      variableValues: coerced ?? variables,
      contextValue: contextIn(operation, budget),
      fieldResolver: meteredFieldResolver,
      options: { maxCoercionErrors: COERCION.maxErrors },
    };
  };

  function presented(result: ExecutionResult): ExecutionResult {
    if (!result.errors) return result;
    // A result without data was not executed: graphql rejected the variables.
    const fallback = result.data === undefined ? 'BAD_USER_INPUT' : undefined;
    return { ...result, errors: result.errors.map((error) => present(error, fallback)) };
  }

  /** Returns what `work` resolves with, unless the budget is exhausted before. */
  const within = <Value>(budget: RequestBudget, work: Value | Promise<Value>): Value | Promise<Value> => {
    if (!(work instanceof Promise)) return work;
    return new Promise((resolve, reject) => {
      work.then(resolve, reject);
      budget.whenOver(reject);
    });
  };

  async function run(operation: Operation, budget: RequestBudget, event?: unknown): Promise<ExecutionResult> {
    try {
      const result = await within(budget, execute(argsOf(operation, budget, event)));
      // Its errors are our own: each read was cancelled.
      return shareOf(operation).gone?.aborted ? UNREAD : presented(result);
    } catch (error) {
      return { errors: [present(error, 'BAD_USER_INPUT')] };
    }
  }

  /** Answers by the operation's read plan. Returns null if it has none, or if graphql's executor must find the error. */
  async function planned(operation: Operation, budget: RequestBudget): Promise<ExecutionResult | null> {
    const { plans, definition, variables, isHeavy } = operation;
    // The coercion of a large request is not repeated if it fails.
    if (!plans || isHeavy) return null;
    try {
      const { coerced } = getVariableValues(schema, definition.variableDefinitions ?? [], variables, COERCION);
      const plan = coerced && plans.of(coerced);
      if (!plan) return null;
      const result = await within(budget, plan.run(contextIn(operation, budget), coerced));
      return shareOf(operation).gone?.aborted ? UNREAD : plannedResult(result, present);
    } catch (error) {
      if (shareOf(operation).gone?.aborted) return UNREAD;
      return budget.isOver ? { errors: [present(error, 'BAD_USER_INPUT')] } : null;
    }
  }

  function eventsOf(source: AsyncIterator<unknown>, operation: Operation): Events {
    const group = groupKey(operation.viewer, operation.read, operation.definition, operation.variables);
    observations.subscribed();
    return eventsOfSource(source, {
      answer: (event) => shared.answer(event, group, () => run(operation, createRequestBudget(limits), event)),
      present,
      ended: observations.unsubscribed,
    });
  }

  return {
    budget: () => createRequestBudget(limits),
    nextTurn,

    prepare(request, caller) {
      const { query, operationName, variables, characters } = request;
      const reading = documents.read(query);
      if ('errors' in reading) return refused(reading.errors);
      try {
        const operation = reading.read.operation(operationName);
        if (!operation) throw new Problem('BAD_REQUEST', noOperation(operationName));
        const coerced = check(operation, request, caller);
        const { viewer, headers, resumeAfter, budget, share } = caller;
        const isHeavy = characters > LARGE_CHARACTERS || reading.read.introspects;
        // No spread, as above.
        const { definition, pages, plans } = operation;
        const { read } = reading;
        return {
          definition,
          pages,
          plans,
          read,
          variables,
          coerced,
          viewer,
          headers,
          resumeAfter,
          budget,
          share,
          isHeavy,
        };
      } catch (error) {
        return refused([present(error)]);
      }
    },

    async execute(operation) {
      if (operation.isHeavy) await nextTurn();
      const finished = observations.started(operation.definition);
      const { budget } = operation;
      const result = (await planned(operation, budget)) ?? (await run(operation, budget));
      finished(result);
      return result;
    },

    async subscribe(operation) {
      if (operation.isHeavy) await nextTurn();
      try {
        const { budget } = operation;
        const source = await within(budget, createSourceEventStream(argsOf(operation, budget)));
        return Symbol.asyncIterator in source ? eventsOf(source[Symbol.asyncIterator](), operation) : presented(source);
      } catch (error) {
        return { errors: [present(error)] };
      }
    },
  };
}

/** The result for a client that has gone. */
const UNREAD: ExecutionResult = { data: null };

/**
 * Only queries end when their client goes. A mutation that has begun is completed, and the result for an event is also
 * for other subscribers.
 */
const shareOf = ({ definition, share }: Operation): Share =>
  definition.operation === OperationTypeNode.QUERY ? share : { group: share.group };

const noOperation = (name: string | null): string =>
  name === null
    ? 'The document has several operations or none. Set `operationName` to the operation to run.'
    : `The document has no operation named ${JSON.stringify(name.slice(0, 60))}.`;
