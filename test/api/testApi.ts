import { type ExecutionResult, execute, parse, subscribe, validate } from 'graphql';
import { createContext } from '../../src/api/building/context.ts';
import { schema } from '../../src/api/schema.ts';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { testEngine, viewer } from '../support/engine.ts';

type Variables = { [name: string]: unknown };
// biome-ignore lint/suspicious/noExplicitAny: the document, not a type, gives the form of an answer.
type Data = any;

/** Opens the native API on an engine and a fresh database, without HTTP. */
export async function testApi() {
  const { engine, test, close } = await testEngine();

  async function answer(document: string, variables: Variables = {}, as: Viewer = viewer): Promise<ExecutionResult> {
    const parsed = parse(document);
    const errors = validate(schema, parsed);
    if (errors.length > 0) return { errors };
    const contextValue = createContext(engine, as);
    return execute({ schema, document: parsed, variableValues: variables, contextValue });
  }

  return {
    engine,
    database: test.database,
    close,
    answer,

    /** Returns the data of an answer without errors. */
    async run(document: string, variables?: Variables, as?: Viewer): Promise<Data> {
      const { data, errors } = await answer(document, variables, as);
      if (errors) throw errors[0]?.originalError ?? errors[0];
      return data;
    },

    /** Returns the code of the error that a request is answered with. */
    async refusal(document: string, variables?: Variables, as?: Viewer): Promise<{ code: unknown; message: string }> {
      return refusalOf(await answer(document, variables, as));
    },

    async follow(document: string, variables: Variables = {}, as: Viewer = viewer) {
      const contextValue = createContext(engine, as);
      const events = await subscribe({ schema, document: parse(document), variableValues: variables, contextValue });
      if (!(Symbol.asyncIterator in events)) return { refusal: refusalOf(events), events: nothing() };
      return { refusal: null, events };
    },

    /** Returns the names of the statements that `work` executes. */
    async statements(work: () => Promise<unknown>): Promise<string[]> {
      const names: string[] = [];
      const { database } = test;
      database.onStatement = (name) => names.push(name);
      await work().finally(() => {
        database.onStatement = null;
      });
      return names;
    },
  };
}

async function* nothing(): AsyncGenerator<ExecutionResult, void, void> {}

function refusalOf({ errors }: ExecutionResult): { code: unknown; message: string } {
  const [error] = errors ?? [];
  if (!error) throw new Error('The request was not refused.');
  const { originalError: cause } = error;
  const code = cause && 'code' in cause ? cause.code : error.extensions.code;
  return { code, message: error.message };
}

/** Returns the data of the next `count` events. */
export async function take(events: AsyncGenerator<ExecutionResult, void, void>, count: number): Promise<Data[]> {
  const taken: Data[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) throw new Error(`The subscription ended after ${taken.length} events.`);
    if (value?.errors) throw value.errors[0];
    taken.push(value?.data);
  }
  return taken;
}
