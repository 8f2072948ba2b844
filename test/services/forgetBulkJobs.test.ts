import { afterAll, beforeAll, expect, test } from 'vitest';
import { bulkSetFlowRunState } from '../../src/actions/bulkJobs/bulkSetFlowRunState.ts';
import { forgetBulkJobs } from '../../src/services/forgetBulkJobs.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { manyRuns } from '../support/manyRuns.ts';

let t: TestEngine;
beforeAll(async () => {
  t = await testEngine();
});
afterAll(() => t.close());

let count = 0;
const sql = (text: string, values: unknown[] = []) =>
  t.test.database.query<{ id: string }>({ name: `test.${count++}`, text }, values);

async function newJob(): Promise<string> {
  const { ids } = await manyRuns(t.test.database, 2);
  const filter = { field: 'id', operator: 'in' as const, value: ids };
  return (await bulkSetFlowRunState(t.engine, viewer, { filter, state: { type: 'RUNNING' } })).bulkJobId ?? '';
}

const left = async (text: string) => (await sql(text)).map(({ id }) => id);
const jobs = () => left('select id from bulk_job order by id');
const jobsOfItems = () => left('select distinct bulk_job_id as id from bulk_job_item order by 1');

test('bulk jobs are deleted with their items a week after they ended, and never while in progress', async () => {
  const [fresh, old, unfinished] = [await newJob(), await newJob(), await newJob()];
  await sql("update bulk_job set ended = now() - interval '8 days' where id = $1", [old]);
  await sql("update bulk_job set ended = null, created = now() - interval '8 days' where id = $1", [unfinished]);
  await forgetBulkJobs.tick(t.engine, Date.now() * 1000);
  expect(await jobs()).toEqual([fresh, unfinished].sort());
  expect(await jobsOfItems()).toEqual([fresh, unfinished].sort());
});

test('a bulk job with 12,000 items is deleted', async () => {
  const before = await jobs();
  const large = await newJob();
  await sql(
    `insert into bulk_job_item (bulk_job_id, number, flow_run_id, outcome)
     select $1, number, gen_random_uuid(), 'ACCEPT' from generate_series(3, 12000) number`,
    [large],
  );
  await sql("update bulk_job set ended = now() - interval '8 days' where id = $1", [large]);
  await forgetBulkJobs.tick(t.engine, Date.now() * 1000);
  expect(await jobs()).toEqual(before);
  expect(await jobsOfItems()).toEqual(before);
});
