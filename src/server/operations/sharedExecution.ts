import { type ASTNode, type ExecutionResult, Kind, type OperationDefinitionNode, visit } from 'graphql';
import type { Viewer } from '../../core/values/viewer.ts';
import type { ReadDocument } from './documentCache.ts';
import type { Variables } from './pageCost.ts';
import { resultJson } from './plannedResult.ts';

/** The result for one event. Its JSON is serialized once, for any number of subscribers. */
export class SharedResult {
  private text: string | undefined;
  constructor(
    readonly result: ExecutionResult,
    /** The event's cursor, whether or not the client selects it. Null if the stream has no cursors. */
    readonly cursor: string | null,
  ) {}
  get json(): string {
    this.text ??= resultJson(this.result);
    return this.text;
  }
}

export interface SharedExecution {
  /** Returns a group's result for an event. Only the first call for the event and group executes. */
  answer(
    event: object,
    group: string,
    execute: () => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<SharedResult>;
}

/**
 * A thousand browsers that watch a run send the same document, and usually differ only in the cursor at which they
 * start. The stream passes the same event object to all of them, so the result for the event is computed once: the
 * first subscriber executes, the others await the same promise, and all send the same text. A WeakMap keyed by the
 * event holds the results, so they are garbage collected with the event.
 */
export function createSharedExecution(): SharedExecution {
  const answers = new WeakMap<object, Map<string, Promise<SharedResult>>>();
  return {
    answer(event, group, execute) {
      let ofEvent = answers.get(event);
      if (!ofEvent) {
        ofEvent = new Map();
        answers.set(event, ofEvent);
      }
      let answer = ofEvent.get(group);
      if (!answer) {
        answer = executed(event, execute);
        ofEvent.set(group, answer);
      }
      return answer;
    },
  };
}

async function executed(event: object, execute: () => ExecutionResult | Promise<ExecutionResult>) {
  const cursor = 'cursor' in event && typeof event.cursor === 'string' ? event.cursor : null;
  return new SharedResult(await execute(), cursor);
}

/**
 * Returns a key: subscribers with equal keys get the same result for an event. It consists of the viewer's tenant and
 * role, the document, and the variables, except those that are used only in the arguments of the subscription field
 * itself. These choose where the stream starts; the result of an event does not depend on them.
 */
export function groupKey(viewer: Viewer, read: ReadDocument, operation: OperationDefinitionNode, variables: Variables) {
  const values = variablesOfAnswers(read, operation).map((name) => [name, variables[name]]);
  return JSON.stringify([viewer.tenantId, viewer.role, operation.name?.value, values, read.text]);
}

function variablesOfAnswers({ document }: ReadDocument, operation: OperationDefinitionNode): string[] {
  const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  // Finding the variables that fragments use is not worth the effort. The key of such documents has all variables.
  if (document.definitions.some(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)) return declared;
  const [root] = operation.selectionSet.selections;
  const startOfStream = new Set<ASTNode>(root?.kind === Kind.FIELD ? root.arguments : []);
  const used = new Set<string>();
  visit(operation, {
    VariableDefinition: () => false,
    Argument: (argument) => (startOfStream.has(argument) ? false : undefined),
    Variable: ({ name }) => {
      used.add(name.value);
    },
  });
  return declared.filter((name) => used.has(name));
}
