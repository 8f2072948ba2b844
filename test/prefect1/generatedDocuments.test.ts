import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { GENERATED_LIMITS } from '../../src/server/operations/generatedDocument.ts';
import { post, type Serving, serving } from '../server/serving.ts';
import { insertRows } from '../support/rows.ts';

// The documents that Prefect 1's user interface generates: one root field for each thing on the page.

let served: Serving;
beforeAll(async () => {
  served = await serving();
  const project = { tenantId: DEFAULT_TENANT_ID, updated: '2026-11-21T12:00:00Z' };
  const projects = ['a', 'b', 'c'].map((name) => ({ id: crypto.randomUUID(), name }));
  await insertRows(served.engine.database, 'project', projects, project);
});
afterAll(() => served.close());

const ids = (count: number) => Array.from({ length: count }, () => crypto.randomUUID());
const each = (count: number, write: (id: string, index: number) => string) => ids(count).map(write).join('\n');

const EDGES = ['upstream_edges', 'downstream_edges'].map(
  (edges) => `${edges} {
    upstream_task { id name __typename } downstream_task { id name __typename } __typename
  }`,
);
const neighbours = (count: number) =>
  `query TaskRunDependencies { ${each(
    count,
    (id, index) => `upstream_task_run_${index}: task_run(
    where: { flow_run_id: { _eq: "${id}" }, task_id: { _eq: "${id}" }, map_index: { _in: [ -1, 4 ] } }
  ) {
    id task_run_id: id map_index name state task_id serialized_state state_message state_timestamp start_time end_time
    map_index
    task { id mapped name max_retries retry_delay trigger type ${EDGES.join(' ')} __typename }
    __typename
  }`,
  )} }`;
const mappedTasks = (count: number) =>
  `query MappedChildren { ${each(
    count,
    (id, index) =>
      `mapped_run_${index}: mapped_children(task_run_id: "${id}") { max_end_time min_start_time state_counts __typename }`,
  )} }`;
const scheduledFlows = (count: number) =>
  `mutation CancelLateRuns { ${each(
    count,
    (id, index) =>
      `set_schedule_inactive${index}: set_schedule_inactive(input: { flow_id: "${id}" }) { success error __typename }`,
  )} }`;
const lateRuns = (count: number) =>
  `mutation CancelLateRuns { set_flow_run_states(input: { states: [ ${each(
    count,
    (id) =>
      `{ flow_run_id: "${id}", state: "{\\"type\\": \\"Cancelled\\", \\"message\\": \\"This run was late.\\"}", version: 2 }`,
  )} ] }) { states { status __typename } __typename } }`;
const selectedMessages = (count: number, mutation: string) =>
  `mutation { ${each(
    count,
    (id, index) => `m${index}: ${mutation}(input: { message_id: "${id}" }) { success error __typename }`,
  )} }`;

async function sent(query: string) {
  const names: string[] = [];
  served.engine.database.onStatement = (name) => {
    // From time to time, a request also reads whether there are keys.
    if (!name.startsWith('serverClosure')) names.push(name);
  };
  const { body } = await post<Record<string, unknown>>(served.url, { query });
  served.engine.database.onStatement = null;
  return { data: body.data, code: body.errors?.[0]?.extensions.code, message: body.errors?.[0]?.message, names };
}

test('100 neighbours of a task run are read with few statements', async () => {
  const { data, code, names } = await sent(neighbours(100));
  expect(code).toBeUndefined();
  expect(Object.keys(data)).toHaveLength(100);
  expect(Object.values(data)).toEqual(Array(100).fill([]));
  expect(names).toEqual(['prefect1.task_run.lists', 'prefect1.task_run.lists']);
});

test('1,000 mapped tasks are read with one statement', async () => {
  const { data, code, names } = await sent(mappedTasks(1_000));
  expect(code).toBeUndefined();
  expect(Object.keys(data)).toHaveLength(1_000);
  expect(names).toEqual(['taskRuns.mappedChildren']);
});

test('1,000 late runs and their 1,000 flows are accepted', async () => {
  // None of them exists, and the mutations say so.
  expect((await sent(lateRuns(1_000))).code).not.toBe('QUERY_TOO_COMPLEX');
  expect((await sent(scheduledFlows(1_000))).code).not.toBe('QUERY_TOO_COMPLEX');
}, 60_000);

test.each(['mark_message_as_read', 'mark_message_as_unread', 'delete_message'])(
  '%s of 1,000 selected messages is accepted',
  async (mutation) => {
    const { data, code } = await sent(selectedMessages(1_000, mutation));
    expect(code).toBeUndefined();
    expect(Object.values(data)).toEqual(
      Array(1_000).fill({ success: false, error: null, __typename: 'success_payload' }),
    );
  },
  60_000,
);

test('each of many lists has its own rows, in its own order', async () => {
  const { data, names } = await sent(`{
    all: project(order_by: { name: desc }) { name }
    b: project(where: { name: { _eq: "b" } }) { name }
    two: project(order_by: { name: asc }, limit: 2) { name }
    rest: project(order_by: { name: asc }, offset: 1) { name }
    distinct: project(distinct_on: [name], order_by: { name: asc }) { name }
    none: project(limit: 0) { name }
  }`);
  const named = (...found: string[]) => found.map((name) => ({ name }));
  expect(data).toEqual({
    all: named('c', 'b', 'a'),
    b: named('b'),
    two: named('a', 'b'),
    rest: named('b', 'c'),
    distinct: named('a', 'b', 'c'),
    none: [],
  });
  expect(names).toEqual(['prefect1.project.lists']);
});

test('a value that PostgreSQL rejects fails its own field only', async () => {
  const { body } = await post<Record<string, unknown>>(served.url, {
    query: '{ wrong: project_by_pk(id: "no uuid") { id name } right: project(limit: 0) { id name } }',
  });
  expect(body.data).toEqual({ wrong: null, right: [] });
  expect(body.errors).toMatchObject([{ path: ['wrong'], extensions: { code: 'data-exception' } }]);
});

/** Short documents, each of which would cost much more to validate than to parse. */
const many = (count: number, text: string) => Array(count).fill(text).join(' ');
test.each<[what: string, query: string]>([
  ['more neighbours than a page has', neighbours(400)],
  ['more mapped tasks than a page has', mappedTasks(2_100)],
  ['more tokens', `{ project(where: { name: { _in: [${many(GENERATED_LIMITS.tokens, '"x"')}] } }) { id } }`],
  ['the same list again and again', `{ ${many(1_000, 'project { id }')} }`],
  ['the same column again and again', `{ project { ${many(600, 'id')} } }`],
  ['the same relation again and again', `{ project { ${many(600, 'tenant { id }')} } }`],
  ['fragments', `{ ${many(400, '...F')} } fragment F on Query { project { id } }`],
  ['inline fragments', `{ project { ${many(600, '... { id }')} } }`],
  ['native root fields', `{ ${each(300, (id, index) => `a${index}: node(id: "${id}") { id }`)} }`],
  ['a native field among those of Prefect 1', `${mappedTasks(300).slice(0, -1)} node(id: "x") { id } }`],
  ['another operation', `${mappedTasks(300)} query Other { node(id: "x") { id } }`],
])('a document with %s is refused', async (_, query) => {
  const { body } = await post(served.url, { query, operationName: /query (\w+)/.exec(query)?.[1] });
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
});
