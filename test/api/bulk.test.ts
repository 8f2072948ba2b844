import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SMALL_JOB } from '../../src/actions/bulkJobs/acceptBulkJob.ts';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { manyRuns } from '../support/manyRuns.ts';
import { insertTenant } from '../support/rows.ts';
import { take, testApi } from './testApi.ts';

let t: Awaited<ReturnType<typeof testApi>>;
beforeAll(async () => {
  t = await testApi();
});
afterAll(() => t.close());

const JOB = 'id kind created ended total done counts { outcome count }';
const SET = `mutation ($input: BulkSetFlowRunStateInput!) {
  bulkSetFlowRunState(input: $input) { total stateTypes { type count } job { ${JOB} } }
}`;
const REMOVE = `mutation ($input: BulkDeleteFlowRunsInput!) { bulkDeleteFlowRuns(input: $input) { job { ${JOB} } } }`;
const PROGRESS = `subscription ($id: ID!) { job: bulkJobProgress(id: $id) { ${JOB} } }`;

async function setMany(count: number, more: object = {}) {
  const { flowId, ids } = await manyRuns(t.database, count);
  const input = { filter: { flow: { id: { in: [flowId] } } }, state: { type: 'RUNNING' }, ...more };
  return { ids, ...(await t.run(SET, { input })).bulkSetFlowRunState };
}

test('a small bulk job answers with the outcome of every run', async () => {
  const { job, total, stateTypes } = await setMany(3);
  expect({ total, stateTypes }).toEqual({ total: 3, stateTypes: [{ type: 'PENDING', count: 3 }] });
  expect(job).toMatchObject({ kind: 'SET_STATE', total: 3, done: 3, counts: [{ outcome: 'ACCEPT', count: 3 }] });
  expect(job.ended).not.toBeNull();
});

test('a dry run of a bulk mutation has counts and no job', async () => {
  expect(await setMany(2, { dryRun: true })).toMatchObject({ total: 2, job: null });
});

test.each([
  ['an empty filter', {}],
  ['a filter of empty parts', { and: [{ or: [{}] }, { not: { or: [] } }] }],
  ['a filter without an operator', { id: {} }],
  ['a filter by a relation without a condition', { flow: {} }],
])('a bulk mutation with %s is rejected', async (_, filter) => {
  for (const document of [SET, REMOVE]) {
    const state = document === SET ? { state: { type: 'RUNNING' } } : {};
    expect(await t.refusal(document, { input: { filter, ...state } })).toMatchObject({ code: 'BAD_USER_INPUT' });
  }
});

test('the outcomes of a bulk job are paged, each with its run', async () => {
  const { job, ids } = await setMany(5);
  const document = `query ($id: ID!, $after: String, $outcome: BulkOutcome) {
    bulkJob(id: $id) {
      outcomes(first: 3, after: $after, outcome: $outcome) {
        totalCount pageInfo { hasNextPage endCursor } nodes { flowRunId outcome reason flowRun { name stateType } }
      }
    }
  }`;
  const page = async (more: object) => (await t.run(document, { id: job.id, ...more })).bulkJob.outcomes;
  const first = await page({});
  expect(first).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true } });
  const second = await page({ after: first.pageInfo.endCursor });
  expect(second.pageInfo.hasNextPage).toBe(false);
  const nodes = [...first.nodes, ...second.nodes];
  expect(nodes.map(({ flowRunId }) => flowRunId)).toEqual(ids);
  expect(nodes[0]).toMatchObject({ outcome: 'ACCEPT', reason: null, flowRun: { stateType: 'RUNNING' } });
  expect(await page({ outcome: 'ABORT' })).toMatchObject({ totalCount: 0, nodes: [] });
});

test('one statement reads the outcomes of many bulk jobs', async () => {
  await setMany(2);
  await setMany(2);
  const document = '{ bulkJobs(first: 5) { nodes { outcomes(first: 5) { totalCount nodes { flowRun { name } } } } } }';
  expect((await t.statements(() => t.run(document))).sort()).toEqual([
    'bulkJobItems.countByBulkJobId',
    'bulkJobItems.ofBulkJobId',
    'bulkJobs.page',
    'flowRuns.byId',
  ]);
});

test('the newest bulk job comes first and is a node', async () => {
  const { job } = await setMany(1);
  const { bulkJobs, node } = await t.run(
    'query ($id: ID!) { bulkJobs(first: 1) { nodes { id } } node(id: $id) { __typename id } }',
    { id: job.id },
  );
  expect(bulkJobs.nodes).toEqual([{ id: job.id }]);
  expect(node).toEqual({ __typename: 'BulkJob', id: job.id });
});

test('a bulk deletion deletes the runs that match its filter', async () => {
  const { ids } = await manyRuns(t.database, 2);
  const { bulkDeleteFlowRuns } = await t.run(REMOVE, { input: { filter: { id: { in: ids } } } });
  expect(bulkDeleteFlowRuns.job).toMatchObject({ kind: 'DELETE', counts: [{ outcome: 'DELETED', count: 2 }] });
});

describe('bulk job progress', () => {
  test('the progress of a bulk job is streamed until it ends', async () => {
    const { job } = await setMany(SMALL_JOB * 5);
    const { events } = await t.follow(PROGRESS, { id: job.id });
    const seen: { done: number; ended: string | null }[] = [];
    for await (const { data } of events) seen.push(data?.job as (typeof seen)[number]); // as the document asks
    expect(seen.at(-1)).toMatchObject({ done: SMALL_JOB * 5, ended: expect.any(String) });
    expect(seen.filter(({ ended }) => ended !== null)).toHaveLength(1);
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b));
  });

  test('the progress of an ended bulk job is one event', async () => {
    const { job } = await setMany(1);
    const { events } = await t.follow(PROGRESS, { id: job.id });
    expect((await take(events, 1))[0].job).toEqual(job);
    expect((await events.next()).done).toBe(true);
  });

  test('a subscription to the progress of a bulk job can be ended while nothing happens', async () => {
    const { job } = await setMany(1);
    await t.database.query({ name: 'test.reopen', text: 'update bulk_job set ended = null where id = $1' }, [job.id]);
    const { events } = await t.follow(PROGRESS, { id: job.id });
    await take(events, 1);
    const waiting = events.next();
    await events.return();
    expect((await waiting).done).toBe(true);
    await t.database.query({ name: 'test.end', text: 'update bulk_job set ended = now() where id = $1' }, [job.id]);
  });

  test('the progress of an unknown bulk job is NOT_FOUND', async () => {
    const { refusal } = await t.follow(PROGRESS, { id: '01900000-0000-7000-8000-00000000dead' });
    expect(refusal).toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('another tenant cannot read a bulk job', async () => {
  const { job } = await setMany(1);
  const other: Viewer = { tenantId: await insertTenant(t.database), role: 'ADMIN' };
  const document =
    'query ($id: ID!) { bulkJob(id: $id) { id } bulkJobs { totalCount nodes { id } } node(id: $id) { id } }';
  expect(await t.run(document, { id: job.id }, other)).toEqual({
    bulkJob: null,
    bulkJobs: { totalCount: 0, nodes: [] },
    node: null,
  });
  expect((await t.follow(PROGRESS, { id: job.id }, other)).refusal).toMatchObject({ code: 'NOT_FOUND' });
});
