import { type GraphQLInputObjectType, getNamedType, isInputObjectType } from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FilterKind } from '../../src/api/filters/filterFields.ts';
import { type FilterInput, toFilter } from '../../src/api/filters/toFilter.ts';
import { schema } from '../../src/api/schema.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { statement } from '../../src/store/connection/database.ts';
import { FILTER_TABLES } from '../../src/store/query/filterTables.ts';
import { runStatement } from '../../src/store/query/runStatement.ts';
import { tenantWhere } from '../../src/store/query/tenantWhere.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { random } from '../support/random.ts';
import { insertTenant } from '../support/rows.ts';
import { insertRowsOfEveryKind, rowsOfEveryKind, TAGS } from '../support/rowsOfEveryKind.ts';

// Every field and operator of the filter inputs in the schema, against a naive evaluation in memory. A field of the schema
// that is unknown here fails, and so does a case that matches all rows or none.

const dice = random(41);
const world = rowsOfEveryKind(41);

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
  await insertRowsOfEveryKind(opened.database, world);
  await insertRowsOfEveryKind(opened.database, rowsOfEveryKind(42), await insertTenant(opened.database));
  // Without statistics the planner assumes one row per table, and a chain of relations takes seconds.
  await opened.database.query(statement('test.analyze', 'analyze'));
});
afterAll(() => opened.drop());

// biome-ignore lint/suspicious/noExplicitAny: rows of every kind, whose fields are read by their names in the schema.
type Row = any;
type Input = { [field: string]: Row };

interface Kind {
  table: keyof typeof FILTER_TABLES;
  rows: Row[];
  /** Fields that are not the row's property of the same name. */
  fields: { [path: string]: (row: Row, operator: string) => unknown };
  /** The related rows. */
  relations: { [relation: string]: (row: Row) => Row[] };
}

const { flows, limits, pools, queues, deployments, flowRuns, taskRuns, logs } = world;
const where = (rows: Row[], field: string, value: unknown) =>
  rows.filter((row) => row[field] === value && value !== null);
const the = (rows: Row[], id: string | null) => where(rows, 'id', id);
const queueOf = ({ workQueueId }: Row) => the(queues, workQueueId);
const queued = {
  fields: { workQueueName: (row: Row) => queueOf(row)[0]?.name ?? null },
  relations: {
    workQueue: queueOf,
    workPool: (row: Row) => queueOf(row).flatMap(({ workPoolId }) => the(pools, workPoolId)),
  },
};
const state = { 'state.type': (run: Row) => run.stateType, 'state.name': (run: Row) => run.stateName };
const flowRunOf = ({ flowRunId }: Row) => the(flowRuns, flowRunId);

const KINDS: { [Name in FilterKind]: Kind } = {
  FlowRun: {
    table: 'flowRun',
    rows: flowRuns,
    fields: {
      ...state,
      ...queued.fields,
      startTime: (run, operator) => (operator === 'isNull' ? run.startTime : (run.startTime ?? run.expectedStartTime)),
      parentFlowRunId: (run) => the(taskRuns, run.parentTaskRunId)[0]?.flowRunId ?? null,
    },
    relations: {
      ...queued.relations,
      flow: ({ flowId }) => the(flows, flowId),
      deployment: ({ deploymentId }) => the(deployments, deploymentId),
      parentTaskRun: ({ parentTaskRunId }) => the(taskRuns, parentTaskRunId),
      taskRuns: ({ id }) => where(taskRuns, 'flowRunId', id),
    },
  },
  TaskRun: {
    table: 'taskRun',
    rows: taskRuns,
    fields: state,
    relations: {
      flowRun: flowRunOf,
      flow: (run) => flowRunOf(run).flatMap(({ flowId }) => the(flows, flowId)),
      deployment: (run) => flowRunOf(run).flatMap(({ deploymentId }) => the(deployments, deploymentId)),
      subflowRuns: ({ id }) => where(flowRuns, 'parentTaskRunId', id),
    },
  },
  Flow: {
    table: 'flow',
    rows: flows,
    fields: {},
    relations: {
      flowRuns: ({ id }) => where(flowRuns, 'flowId', id),
      deployments: ({ id }) => where(deployments, 'flowId', id),
    },
  },
  Deployment: {
    table: 'deployment',
    rows: deployments,
    fields: {
      ...queued.fields,
      concurrencyLimit: ({ concurrencyLimitId }) => the(limits, concurrencyLimitId)[0]?.limit ?? null,
    },
    relations: {
      ...queued.relations,
      flow: ({ flowId }) => the(flows, flowId),
      flowRuns: ({ id }) => where(flowRuns, 'deploymentId', id),
    },
  },
  WorkPool: {
    table: 'workPool',
    rows: pools,
    fields: {},
    relations: { workQueues: ({ id }) => where(queues, 'workPoolId', id) },
  },
  WorkQueue: {
    table: 'workQueue',
    rows: queues,
    fields: {},
    relations: {
      workPool: ({ workPoolId }) => the(pools, workPoolId),
      deployments: ({ id }) => where(deployments, 'workQueueId', id),
      flowRuns: ({ id }) => where(flowRuns, 'workQueueId', id),
    },
  },
  Log: {
    table: 'log',
    rows: logs,
    fields: { text: ({ message, name }) => `${message} ${name}` },
    relations: { flowRun: flowRunOf, taskRun: ({ taskRunId }) => the(taskRuns, taskRunId) },
  },
};

/** Text queries of log lines and their meaning. */
const QUERIES: { [query: string]: { any?: string[]; all?: string[]; none?: string[] } } = {
  '100%': { any: ['100%'] },
  'A_B zebra': { any: ['a_b', 'zebra'] },
  'words +two -flow_': { any: ['words'], all: ['two'], none: ['flow_'] },
  '"two words"': { any: ['two words'] },
  '+words +A_b': { all: ['words', 'a_b'] },
  '-hello -100': { none: ['hello', '100'] },
  '!"\\"hello\\"" -': { none: ['"hello"'] },
  '\\': { any: ['\\'] },
  ' ': {},
};

const lower = (value: unknown) => String(value).toLowerCase();
const OPERATORS: { [operator: string]: (field: Row, operand: Row) => boolean } = {
  in: (field, operand) => operand.includes(field),
  notIn: (field, operand) => operand.length === 0 || (field !== null && !operand.includes(field)),
  contains: (field, operand) => field !== null && lower(field).includes(lower(operand)),
  startsWith: (field, operand) =>
    field !== null && operand.some((start: string) => lower(field).startsWith(lower(start))),
  after: (field, operand) => field !== null && field >= operand,
  before: (field, operand) => field !== null && field <= operand,
  gte: (field, operand) => field !== null && field >= operand,
  lte: (field, operand) => field !== null && field <= operand,
  is: (field, operand) => field === operand,
  isNull: (field, operand) => (field === null) === operand,
  hasAll: (field, operand) => operand.every((tag: string) => field.includes(tag)),
  hasAny: (field, operand) => operand.some((tag: string) => field.includes(tag)),
  isEmpty: (field, operand) => (field.length === 0) === operand,
  query: (field, operand) => {
    const { any = [], all = [], none = [] } = QUERIES[operand] ?? {};
    const has = (term: string) => lower(field).includes(term);
    return (any.length === 0 || any.some(has)) && all.every(has) && !none.some(has);
  },
};

/** Returns operands for an operator on a field with these values. */
function operandsOf(operator: string, values: Row[]): Row[] {
  const [one, other, another] = [dice.one(values), dice.one(values), dice.one(values)];
  const part = (value: unknown) => String(value).slice(1, 5).toUpperCase();
  switch (operator) {
    case 'in':
    case 'notIn':
      return [[], [one], [one, other, another]];
    case 'contains':
      return [part(one), part(other), '%', '_', '\\', ''];
    case 'startsWith':
      return [[], [lower(one).slice(0, 2)], [String(one), lower(other).slice(0, 3)], ['%'], ['under_', 'de_', 'key_']];
    case 'hasAll':
    case 'hasAny':
      return [[], [dice.one(TAGS)], dice.some(TAGS), TAGS.slice(2)];
    case 'query':
      return Object.keys(QUERIES);
    case 'is':
    case 'isNull':
    case 'isEmpty':
      return [true, false];
    default:
      return [...new Set(values)].slice(0, 5);
  }
}

const inputOf = (name: string): GraphQLInputObjectType => {
  const type = schema.getType(name);
  return isInputObjectType(type) ? type : expect.fail(`there is no input ${name}`);
};
const kindNamed = (type: string) =>
  Object.keys(KINDS).find((kind) => `${kind}Filter` === type) as FilterKind | undefined; // The cast: a key of KINDS.

interface Field {
  kind: FilterKind;
  path: string[];
  operators: string[];
}
interface Relation {
  kind: FilterKind;
  name: string;
  to: FilterKind;
}
const fields: Field[] = [];
const relations: Relation[] = [];
const inputKinds = Object.keys(schema.getTypeMap()).flatMap((type) => kindNamed(type) ?? []);
for (const kind of inputKinds) collect(kind, inputOf(`${kind}Filter`), []);

function collect(kind: FilterKind, type: GraphQLInputObjectType, path: string[]): void {
  for (const field of Object.values(type.getFields())) {
    const of = getNamedType(field.type).name;
    const to = kindNamed(of);
    if (['and', 'or', 'not'].includes(field.name)) continue;
    if (of.endsWith('Operators'))
      fields.push({ kind, path: [...path, field.name], operators: Object.keys(inputOf(of).getFields()) });
    else if (to) relations.push({ kind, name: field.name, to });
    else collect(kind, inputOf(of), [...path, field.name]);
  }
}

function fieldOf({ kind, path }: { kind: FilterKind; path: string[] }, row: Row, operator: string): unknown {
  const getter = KINDS[kind].fields[path.join('.')];
  const value = getter ? getter(row, operator) : row[path.join('.')];
  if (value === undefined) throw new Error(`This test does not know ${kind}.${path.join('.')}.`);
  return value;
}

function passes(kind: FilterKind, row: Row, input: Input, path: string[] = []): boolean {
  return Object.entries(input).every(([name, value]) => {
    if (name === 'and') return value.every((part: Input) => passes(kind, row, part));
    if (name === 'or') return value.some((part: Input) => passes(kind, row, part));
    if (name === 'not') return !passes(kind, row, value);
    const relation = relations.find((one) => one.kind === kind && one.name === name);
    if (relation) {
      const related = KINDS[kind].relations[name] ?? expect.fail(`This test does not know ${kind}.${name}.`);
      return related(row).some((one) => passes(relation.to, one, value));
    }
    const here = [...path, name];
    if (!fields.some((one) => one.kind === kind && one.path.join('.') === here.join('.')))
      return passes(kind, row, value, here);
    return Object.entries(value).every(([operator, operand]) => {
      const asks = OPERATORS[operator] ?? expect.fail(`This test does not know ${operator}.`);
      return asks(fieldOf({ kind, path: here }, row, operator), operand);
    });
  });
}

/** Compares the matches in the database with those in memory. Returns how many rows matched. */
async function compare(kind: FilterKind, input: Input): Promise<'all' | 'none' | 'some'> {
  const { table, rows } = KINDS[kind];
  const filter = toFilter(kind, input as FilterInput); // The cast: it has the keys of the schema.
  const found = await runStatement<{ id: string }>(
    opened.database,
    'test.filter',
    sql`select x.id from ${sql.table(FILTER_TABLES[table].table)} as x where ${tenantWhere(table, DEFAULT_TENANT_ID, filter)}`,
  );
  const expected = rows.filter((row) => passes(kind, row, input)).map(({ id }) => id);
  expect(found.map(({ id }) => id).sort(), `${kind} ${JSON.stringify(input)}`).toEqual(expected.sort());
  if (expected.length === 0) return 'none';
  return expected.length === rows.length ? 'all' : 'some';
}

/** `{ state: { type: value } }` of the path `state`, `type`. */
const at = (path: string[], value: Input): Input =>
  path.reduceRight<Input>((inner, name) => ({ [name]: inner }), value);

const valuesOf = (field: Field, operator: string) =>
  KINDS[field.kind].rows.map((row) => fieldOf(field, row, operator)).filter((value) => value !== null);

const conditions = fields.flatMap((field) => field.operators.map((operator) => ({ ...field, operator })));

test('every kind of filter input and every operator is tested', () => {
  expect(inputKinds.sort()).toEqual(Object.keys(KINDS).sort());
  expect([...new Set(conditions.map(({ operator }) => operator))].sort()).toEqual(Object.keys(OPERATORS).sort());
});

describe('fields and operators of filter inputs', () => {
  test.each(
    conditions.map((one): [string, string, string, (typeof conditions)[number]] => [
      one.kind,
      one.path.join('.'),
      one.operator,
      one,
    ]),
  )(
    '%s: the filter `%s %s` and its negation match the rows that they match in memory',
    async (kind, _, operator, field) => {
      const tells = new Set<string>();
      for (const operand of operandsOf(operator, valuesOf(field, operator))) {
        const input = at(field.path, { [operator]: operand });
        tells.add(await compare(field.kind, input));
        await compare(field.kind, { not: input });
      }
      // `isNull` matches all rows or none of a field that is always set.
      if (operator !== 'isNull' || valuesOf(field, operator).length < KINDS[field.kind].rows.length)
        expect(tells, `${kind}: some operand tells rows apart`).toContain('some');
    },
  );
});

test('all operators of a field can be combined', async () => {
  let pairs = 0;
  for (const field of fields)
    for (const one of field.operators)
      for (const other of field.operators.slice(field.operators.indexOf(one) + 1)) {
        const operands = [one, other].map((operator) => [
          operator,
          dice.one(operandsOf(operator, valuesOf(field, operator))),
        ]);
        await compare(field.kind, at(field.path, Object.fromEntries(operands)));
        pairs += 1;
      }
  expect(pairs).toBeGreaterThan(200);
});

test.each(relations.map((one): [string, string, Relation] => [one.kind, one.name, one]))(
  '%s: the relation %s matches rows by their related rows',
  async (_, name, { kind, to }) => {
    const tells = new Set([await compare(kind, { [name]: {} }), await compare(kind, { not: { [name]: {} } })]);
    for (let round = 0; round < 10; round += 1) tells.add(await compare(kind, { [name]: randomInput(to, 1) }));
    expect(tells).toContain('some');
  },
);

function randomInput(kind: FilterKind, depth: number): Input {
  const condition = (): Input => {
    const one = dice.one(conditions.filter((each) => each.kind === kind));
    return at(one.path, { [one.operator]: dice.one(operandsOf(one.operator, valuesOf(one, one.operator))) });
  };
  if (depth === 0) return condition();
  const inner = () => randomInput(kind, depth - 1);
  const several = () => Array.from({ length: dice.below(4) }, inner);
  const relation = (): Input => {
    const { name, to } = dice.one(relations.filter((each) => each.kind === kind));
    return { [name]: randomInput(to, depth - 1) };
  };
  const form = dice.one<() => Input>([
    condition,
    relation,
    () => ({ ...condition(), ...relation() }),
    () => ({ and: several(), ...condition() }),
    () => ({ or: several() }),
    () => ({ or: several(), ...condition(), not: inner() }),
    () => ({ not: inner() }),
  ]);
  return form();
}

test('three hundred random filters with nested relations match the rows that they match in memory', async () => {
  const tells = { all: 0, none: 0, some: 0 };
  for (let round = 0; round < 300; round += 1) {
    const kind = dice.one(inputKinds);
    tells[await compare(kind, randomInput(kind, 3))] += 1;
  }
  expect(tells.some).toBeGreaterThan(80);
});
