import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../src/api/schema.ts';
import { MUTATIONS } from '../../src/prefect1/operations/operationTables.ts';
import { manyRuns } from '../support/manyRuns.ts';
import { testApi } from './testApi.ts';

let t: Awaited<ReturnType<typeof testApi>>;
let flowId: string;
beforeAll(async () => {
  t = await testApi();
  ({ flowId } = await manyRuns(t.database, 3));
});
afterAll(() => t.close());

/** A condition that the part under test is added to. */
const ofFlow = () => ({ flow: { id: { in: [flowId] } } });
const left = async () =>
  (await t.run('query ($f: FlowRunFilter) { flowRuns(filter: $f) { totalCount } }', { f: ofFlow() })).flowRuns
    .totalCount;

/** Mutations that choose what they change by a filter: found in the schema, so that a new one is tested too. */
const BULK = Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ name, args }) => {
  const input = args.find((arg) => arg.name === 'input')?.type;
  const named = input && getNamedType(input);
  return isInputObjectType(named) && named.getFields().filter ? [{ name, input: named }] : [];
});
/** Fields without which an input is refused for another reason. */
const REQUIRED: { [mutation: string]: object } = { bulkSetFlowRunState: { state: { type: 'CANCELLED' } } };

interface Part {
  /** The names from the filter to the part. */
  path: string[];
  type: GraphQLInputType;
}

function filterOf(input: GraphQLInputObjectType): GraphQLInputObjectType {
  const filter = getNamedType(input.getFields().filter?.type);
  if (!isInputObjectType(filter)) throw new Error(`${input.name}.filter is no input object`);
  return filter;
}

/** All parts of a filter input, each input type once, so that relations do not go in circles. */
function partsOf(filter: GraphQLInputObjectType): Part[] {
  const found: Part[] = [];
  const seen = new Set([filter.name]);
  const open: { path: string[]; type: GraphQLInputObjectType }[] = [{ path: [], type: filter }];
  for (let next = open.shift(); next; next = open.shift())
    for (const { name, type } of Object.values(next.type.getFields())) {
      const path = [...next.path, name];
      found.push({ path, type });
      const inner = getNamedType(type);
      if (!isInputObjectType(inner) || seen.has(inner.name)) continue;
      seen.add(inner.name);
      if (!isListType(getNullableType(type))) open.push({ path, type: inner });
    }
  return found;
}

/** `{ flow: { name: <value> } }` for the path `flow`, `name`. */
const nested = (path: readonly string[], value: unknown): object =>
  path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object; // The cast: no path is empty.
const literal = (path: readonly string[], value: string): string =>
  path.reduceRight((inner, name) => `{ ${name}: ${inner} }`, value);

test('the bulk mutations are found in the schema', () => {
  expect(BULK.map(({ name }) => name)).toEqual(['bulkSetFlowRunState', 'bulkDeleteFlowRuns']);
});

test('no mutation of the Prefect 1 dialect selects rows by a filter', () => {
  const inputs = Object.values(MUTATIONS).flatMap(({ input }) => Object.entries(input));
  expect(inputs.length).toBeGreaterThan(50);
  expect(inputs.filter(([name, type]) => /filter|where/.test(name) || /bool_exp/.test(type))).toEqual([]);
});

describe.each(BULK)('$name', ({ name, input }) => {
  const parts = partsOf(filterOf(input));
  const state = name in REQUIRED ? 'state: { type: CANCELLED }' : '';

  /** Sends the part in a variable for the whole input. */
  const whole = (path: readonly string[], value: unknown) =>
    t.refusal(`mutation ($input: ${input.name}!) { bulk: ${name}(input: $input) { total } }`, {
      input: { filter: { and: [ofFlow(), nested(path, value)] }, ...REQUIRED[name] },
    });
  /** Sends the part as a literal, or as a variable without a value. */
  const written = (path: readonly string[], value: string, declared = '') =>
    t.refusal(
      `mutation ($flow: ID! ${declared}) { bulk: ${name}(input: { ${state}
        filter: { and: [{ flow: { id: { in: [$flow] } } }, ${literal(path, value)}] } }) { total } }`,
      { flow: flowId },
    );

  test('the walk reaches the operators of related kinds', () => {
    const paths = parts.map(({ path }) => path.join('.'));
    expect(paths).toEqual(
      expect.arrayContaining(['or', 'not', 'id.in', 'state.type', 'flow.created', 'workQueue.priority.gte']),
    );
    expect(paths.length).toBeGreaterThan(60);
  });

  test.each(parts.map(({ path, type }) => ({ part: path.join('.'), path, type })))(
    'deletes and changes nothing if $part has no value',
    async ({ path, type }) => {
      const refusals = [
        await whole(path, null),
        await written(path, 'null'),
        await written(path, '$part', `, $part: ${type}`),
        await written(path, '$part', `, $part: ${type} = null`),
      ];
      if (isInputObjectType(type)) refusals.push(await whole(path, {}), await written(path, '{}'));
      const field = `filter.and[1].${path.join('.')}`;
      for (const refusal of refusals)
        expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining(`\`${field}\` is `) });
    },
  );

  test.each([
    ['an empty part of a list', (of: object) => ({ and: [of, {}] }), 'filter.and[1]'],
    ['an empty alternative', (of: object) => ({ ...of, or: [{ name: { in: ['x'] } }, {}] }), 'filter.or[1]'],
    ['null inside of not', (of: object) => ({ ...of, not: { and: [{ id: null }] } }), 'filter.not.and[0].id'],
  ])('refuses %s', async (_, filterWith, field) => {
    const variables = { input: { filter: filterWith(ofFlow()), ...REQUIRED[name] } };
    const refusal = t.refusal(
      `mutation ($input: ${input.name}!) { bulk: ${name}(input: $input) { total } }`,
      variables,
    );
    expect(await refusal).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining(`\`${field}\` is `),
    });
  });

  test.each(['null', '$dry'])('refuses a dry run of %s, which would not be dry', async (dry) => {
    const document = `mutation ($flow: ID!, $dry: Boolean) {
      bulk: ${name}(input: { ${state} dryRun: ${dry}, filter: { flow: { id: { in: [$flow] } } } }) { total }
    }`;
    const refusal = await t.refusal(dry === '$dry' ? document : document.replace(', $dry: Boolean', ''), {
      flow: flowId,
    });
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('`dryRun` is ') });
  });

  test('accepts variables that have a value, at every level', async () => {
    const document = `mutation ($names: [String!], $flow: FlowFilter, $dry: Boolean = true) {
      bulk: ${name}(input: { ${state} dryRun: $dry, filter: { flow: $flow, or: [{ name: { notIn: $names } }] } }) { total }
    }`;
    expect((await t.run(document, { names: ['none'], flow: { id: { in: [flowId] } } })).bulk.total).toBe(3);
  });
});

test('no refused bulk mutation has deleted or changed a run', async () => {
  expect(await left()).toBe(3);
});
