import { type ASTNode, type ExecutionResult, Kind, type OperationDefinitionNode, visit } from 'graphql';
import type { Viewer } from '../../core/values/viewer.ts';
import type { ReadDocument } from './documentCache.ts';
import type { Variables } from './pageCost.ts';

/** The answer to one event, and its JSON, which is written once however many sockets it goes to. */
export class SharedResult {
  private text: string | undefined;
  constructor(readonly result: ExecutionResult) {}
  get json(): string {
    this.text ??= JSON.stringify(this.result);
    return this.text;
  }
}

export interface SharedExecution {
  /** The answer to an event for everyone of a group; executed for the first who asks. */
  answer(
    event: object,
    group: string,
    execute: () => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<SharedResult>;
}

/**
 * A thousand browsers that watch a run sent the same document and differ in little but the cursor they began at. A
 * stream hands the same event object to all of them, so what the event looks like in that document is worked out once:
 * the first follower to get there executes, the others wait for its promise, and all send the same text. Answers hang on
 * the event itself (a WeakMap), so they are gone when the window of the stream lets the event go.
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
        answer = executed(execute);
        ofEvent.set(group, answer);
      }
      return answer;
    },
  };
}

const executed = async (execute: () => ExecutionResult | Promise<ExecutionResult>) => new SharedResult(await execute());

/**
 * Followers with an equal key see the same in an event. The key holds who asks, as far as it changes what is seen, the
 * document, and the variables, except those that stand only in the arguments of the subscription field itself: they
 * choose where a stream begins, and a subscription field looks at nothing but the event once it has one.
 */
export function groupKey(viewer: Viewer, read: ReadDocument, operation: OperationDefinitionNode, variables: Variables) {
  const values = variablesOfAnswers(read, operation).map((name) => [name, variables[name]]);
  return JSON.stringify([viewer.tenantId, viewer.role, operation.name?.value, values, read.text]);
}

function variablesOfAnswers({ document }: ReadDocument, operation: OperationDefinitionNode): string[] {
  const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  // Which variables a fragment uses is not worth finding out: such documents share between equals in everything.
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
