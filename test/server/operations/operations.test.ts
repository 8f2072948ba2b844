import { makeExecutableSchema } from '@graphql-tools/schema';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { Problem } from '../../../src/core/values/problem.ts';
import { DEFAULT_TENANT_ID, type Role } from '../../../src/core/values/viewer.ts';
import { createObservations } from '../../../src/server/observing/observations.ts';
import { createPresentError } from '../../../src/server/observing/presentError.ts';
import { createDocumentCache } from '../../../src/server/operations/documentCache.ts';
import type { Events } from '../../../src/server/operations/eventsOfSource.ts';
import { createOperations } from '../../../src/server/operations/operations.ts';

// A schema whose fields fail unexpectedly, which the real one must not, and that counts executions.

interface Event {
  number: number;
}
const events: Event[] = [{ number: 1 }, { number: 2 }, { number: 3 }];
const counts = { executions: 0, contexts: 0 };

/** Yields the same objects to every subscriber, as the streams do. */
async function* follow({ failsAfter = events.length }: { failsAfter?: number }) {
  yield* events.slice(0, failsAfter);
  if (failsAfter < events.length) throw new Error('secret');
}

/** Waits forever, as for a run without events. */
class Silence implements AsyncIterableIterator<Event> {
  isOver = false;
  private end = () => {};
  next(): Promise<IteratorResult<Event>> {
    return new Promise((resolve) => {
      this.end = () => resolve({ done: true, value: undefined });
    });
  }
  async return(): Promise<IteratorResult<Event>> {
    this.isOver = true;
    this.end();
    return { done: true, value: undefined };
  }
  [Symbol.asyncIterator] = () => this;
}
const silence = new Silence();

const schema = makeExecutableSchema({
  typeDefs: `
    type Query { bug: Int, text: String, wrong: Int, refused: Int, deep: Int }
    type Event { number(plus: Int): Int! }
    type Subscription { events(after: Int, failsAfter: Int): Event!, silence: Event! }
  `,
  resolvers: {
    Query: {
      bug: () => {
        throw new Error('secret');
      },
      wrong: () => 'no number',
      refused: () => {
        throw new Problem('CONFLICT', 'There is one already.', { name: 'x' });
      },
      deep: function deep(): number {
        return deep() + 1;
      },
    },
    Event: {
      number: ({ number }: Event, { plus }: { plus?: number }) => {
        counts.executions += 1;
        return number + (plus ?? 0);
      },
    },
    Subscription: {
      events: { subscribe: (_: unknown, args: object) => follow(args), resolve: (event: Event) => event },
      silence: { subscribe: () => silence },
    },
  },
});

let logged: { [key: string]: unknown }[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
const present = createPresentError(log);
const operations = createOperations({
  schema,
  documents: createDocumentCache(
    schema,
    { bytes: 100_000, tokens: 1_000, depth: 10, aliases: 10, fields: 100 },
    present,
  ),
  present,
  contextOf: ({ budget }) => {
    counts.contexts += 1;
    return { budget } as never; // what these resolvers use
  },
  limits: { rows: 1_000, values: 10_000 },
  observations: createObservations(log, []),
});

beforeEach(() => {
  Object.assign(counts, { executions: 0, contexts: 0 });
  logged = [];
});

function prepare(query: string, variables: object = {}, role: Role = 'ADMIN', tenantId = DEFAULT_TENANT_ID) {
  const caller = {
    viewer: { tenantId, role },
    headers: { coreVersion: null, agentId: null },
    share: { group: 'test' },
    mayMutate: true,
    maySubscribe: true,
    resumeAfter: null,
    budget: operations.budget(),
  };
  const operation = operations.prepare(
    { query, operationName: null, variables: { ...variables }, characters: 0 },
    caller,
  );
  if ('errors' in operation) throw new Error(`${query} is no good operation`);
  return operation;
}

async function subscribe(...asked: Parameters<typeof prepare>): Promise<Events> {
  const stream = await operations.subscribe(prepare(...asked));
  if (!(Symbol.asyncIterator in stream)) throw new Error('no stream');
  return stream;
}

test.each([
  ['{ bug }', /^Internal server error/],
  ['{ wrong }', /^Internal server error/],
])('%s is masked and logged once under the id that the client gets', async (query, message) => {
  const result = await operations.execute(prepare(query));
  const [error] = result.errors ?? [];
  expect(error?.message).toMatch(message);
  expect(error?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) });
  expect(JSON.stringify(result)).not.toContain('secret');
  expect(logged).toMatchObject([{ errorId: error?.extensions.errorId, err: { stack: expect.any(String) } }]);
});

test('an expected failure is returned unchanged and not logged', async () => {
  const { errors } = await operations.execute(prepare('{ refused }'));
  expect(errors?.[0]?.toJSON()).toMatchObject({
    message: 'There is one already.',
    path: ['refused'],
    extensions: { code: 'CONFLICT', name: 'x' },
  });
  expect(logged).toEqual([]);
});

test('a stack overflow is QUERY_TOO_COMPLEX', async () => {
  const { errors } = await operations.execute(prepare('{ deep }'));
  expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }]);
});

test('a stream that fails ends with a masked error', async () => {
  const stream = await subscribe('subscription { events(failsAfter: 1) { number } }');
  expect((await stream.next()).value?.result.data).toEqual({ events: { number: 1 } });
  await expect(stream.next()).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
});

const PLAIN = 'subscription ($after: Int) { events(after: $after) { number } }';

test('an event is executed and serialized once for all equal subscriptions', async () => {
  const streams = await Promise.all([1, 2, 3, 4].map((after) => subscribe(PLAIN, { after })));
  counts.contexts = 0;
  const answers = await Promise.all(streams.map((stream) => stream.next()));
  expect(counts).toEqual({ executions: 1, contexts: 1 });
  expect(new Set(answers.map(({ value }) => value)).size).toBe(1);
  expect(answers[0]?.value?.json).toBe('{"data":{"events":{"number":1}}}');
});

test.each<[string, Parameters<typeof prepare>, Parameters<typeof prepare>]>([
  ['another document', [PLAIN], ['subscription { events { again: number } }']],
  [
    'a variable of the answer',
    ['subscription ($n: Int) { events { number(plus: $n) } }', { n: 1 }],
    ['subscription ($n: Int) { events { number(plus: $n) } }', { n: 2 }],
  ],
  [
    'a variable that is used in both places',
    ['subscription ($n: Int) { events(after: $n) { number(plus: $n) } }', { n: 1 }],
    ['subscription ($n: Int) { events(after: $n) { number(plus: $n) } }', { n: 2 }],
  ],
  [
    'a variable in a fragment',
    ['subscription ($n: Int) { events { ...E } } fragment E on Event { number(plus: $n) }', { n: 1 }],
    ['subscription ($n: Int) { events { ...E } } fragment E on Event { number(plus: $n) }', { n: 2 }],
  ],
  [
    'a variable of a directive',
    ['subscription ($n: Boolean!) { events { number @skip(if: $n) __typename } }', { n: true }],
    ['subscription ($n: Boolean!) { events { number @skip(if: $n) __typename } }', { n: false }],
  ],
  ['another role', [PLAIN, {}, 'READER'], [PLAIN, {}, 'WRITER']],
  ['another tenant', [PLAIN, {}, 'READER', 'one'], [PLAIN, {}, 'READER', 'two']],
])('a subscription with %s is executed separately', async (_, one, other) => {
  const [first, second] = await Promise.all([subscribe(...one), subscribe(...other)]);
  const answers = [await first.next(), await second.next()];
  expect(new Set(answers.map(({ value }) => value)).size).toBe(2);
});

test('a stream that is ended while it waits ends immediately, together with its source', async () => {
  const stream = await subscribe('subscription { silence { number } }');
  const waiting = stream.next();
  expect(await stream.return?.()).toMatchObject({ done: true });
  expect(await waiting).toMatchObject({ done: true });
  expect(silence.isOver).toBe(true);
});
