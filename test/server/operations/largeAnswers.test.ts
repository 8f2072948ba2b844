import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute, parse } from 'graphql';
import { expect, test } from 'vitest';
import { byId } from '../../../src/loading/byId.ts';
import { createRequestBudget, UNLIMITED } from '../../../src/loading/requestBudget.ts';
import { meteredFieldResolver, meterFields } from '../../../src/server/operations/meteredFields.ts';

// Without a database: every pause is one that the execution makes by itself.

const ROWS = 20_000;
const rows = Array.from({ length: ROWS }, (_, index) => ({
  id: `018f0000-0000-7000-8000-${String(index).padStart(12, '0')}`,
}));

interface Context {
  budget: ReturnType<typeof createRequestBudget>;
  parent: ReturnType<typeof byId<{ id: string }>>;
}

const schema = meterFields(
  makeExecutableSchema<Context>({
    typeDefs: `
      type Query { rows: [Row!]!, none: [Row!]! }
      type Row { id: ID!, name: String!, parent: Row }
    `,
    resolvers: {
      Query: { rows: async () => rows, none: async () => [] },
      Row: {
        name: ({ id }) => `name of ${id}`,
        parent: ({ id }, _, { parent }) => parent.load(id),
      },
    },
  }),
);

async function answered(query: string) {
  const reads: number[] = [];
  const budget = createRequestBudget(UNLIMITED);
  const parent = byId(budget.pace, async (ids) => {
    reads.push(ids.length);
    return ids.map((id) => ({ id }));
  });
  let turns = 0;
  let timer: NodeJS.Immediate;
  const turn = () => {
    turns += 1;
    timer = setImmediate(turn);
  };
  timer = setImmediate(turn);
  const contextValue = { budget, parent };
  const { data, errors } = await execute({
    schema,
    document: parse(query),
    contextValue,
    fieldResolver: meteredFieldResolver,
  });
  clearImmediate(timer);
  expect(errors).toBeUndefined();
  return { data, reads, turns };
}

test('a large answer is made over many turns of the event loop', async () => {
  const { data, turns } = await answered('{ rows { id name } }');
  expect(data?.rows).toHaveLength(ROWS);
  expect(data?.rows).toEqual(rows.map(({ id }) => ({ id, name: `name of ${id}` })));
  expect(turns).toBeGreaterThanOrEqual(ROWS / 200);
});

test('the loads of a large answer are few batches', async () => {
  const { data, reads, turns } = await answered('{ rows { parent { name parent { id } } } }');
  expect(data?.rows).toEqual(rows.map(({ id }) => ({ parent: { name: `name of ${id}`, parent: { id } } })));
  expect(reads.reduce((sum, ids) => sum + ids, 0)).toBe(ROWS);
  expect(reads.length).toBeLessThanOrEqual(ROWS / 4_000);
  expect(turns).toBeGreaterThanOrEqual(ROWS / 200);
});

test('a small answer is made without a pause', async () => {
  expect((await answered('{ none { id } }')).turns).toBeLessThanOrEqual(1);
});
