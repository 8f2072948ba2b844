import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createConcurrencyLimit } from '../../src/actions/concurrency/createConcurrencyLimit.ts';
import { deleteConcurrencyLimit } from '../../src/actions/concurrency/deleteConcurrencyLimit.ts';
import { resetConcurrencyLimit } from '../../src/actions/concurrency/resetConcurrencyLimit.ts';
import { updateConcurrencyLimit } from '../../src/actions/concurrency/updateConcurrencyLimit.ts';
import { reportTaskRunStates } from '../../src/actions/taskRuns/reportTaskRunStates.ts';
import { taskRunsById } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { limitedRuns } from './limitedRuns.ts';

let t: TestEngine;
let runs: Awaited<ReturnType<typeof limitedRuns>>;
beforeAll(async () => {
  t = await testEngine();
  runs = await limitedRuns(t);
});
afterAll(() => t.close());
beforeEach(() => runs.clear());

const limit = (tag: string, count: number) => createConcurrencyLimit(t.engine, viewer, { tag, limit: count });

test('task runs of one flush get the free slots of their tag', async () => {
  await limit('a', 2);
  const ids = await Promise.all(Array.from({ length: 5 }, () => runs.taskRun(['a', 'other', 'a'])));
  const outcomes = await Promise.all(ids.map((id) => runs.setTask(id, 'RUNNING')));
  expect(outcomes.map(({ verdict }) => verdict)).toEqual(['ACCEPT', 'ACCEPT', 'WAIT', 'WAIT', 'WAIT']);
  expect((await runs.holders()).sort()).toEqual(ids.slice(0, 2).sort());
});

test('a task run takes a slot of each of its tags or none', async () => {
  await Promise.all([limit('a', 1), limit('b', 1)]);
  const [both, onlyA, onlyB] = await Promise.all([runs.taskRun(['a', 'b']), runs.taskRun(['a']), runs.taskRun(['b'])]);
  await runs.setTask(onlyB, 'RUNNING');
  expect(await runs.setTask(both, 'RUNNING')).toMatchObject({
    verdict: 'WAIT',
    reason: 'Concurrency limit reached for tags: b',
  });
  expect((await runs.setTask(onlyA, 'RUNNING')).verdict).toBe('ACCEPT');
  expect((await runs.holders()).sort()).toEqual([onlyA, onlyB].sort());
});

test('a task run that becomes RUNNING again keeps its slot', async () => {
  await limit('a', 1);
  const run = await runs.taskRun(['a']);
  await runs.setTask(run, 'RUNNING');
  const again = await Promise.all([runs.setTask(run, 'RUNNING'), runs.setTask(run, 'RUNNING')]);
  expect(again.map(({ verdict }) => verdict)).toEqual(['ACCEPT', 'ACCEPT']);
  expect(await runs.holders()).toEqual([run]);
});

test.each([true, false])('a task run gives its slot back when it ends, by force: %s', async (force) => {
  await limit('a', 1);
  const run = await runs.taskRun(['a']);
  await runs.setTask(run, 'RUNNING');
  await runs.setTask(run, 'FAILED', force);
  expect(await runs.holders()).toEqual([]);
});

test('a reported final state gives the slot of a task run back', async () => {
  await limit('a', 1);
  const run = await runs.taskRun(['a']);
  await runs.setTask(run, 'RUNNING');
  const [row] = await taskRunsById(t.engine.database, viewer.tenantId, [run]);
  const { taskKey, dynamicKey } = row ?? { taskKey: '', dynamicKey: '' };
  const report = (type: 'RUNNING' | 'COMPLETED') =>
    reportTaskRunStates(t.engine, viewer, {
      reports: [{ taskKey, dynamicKey, state: { type, timestamp: Date.now() * 1000 + 1_000_000 } }],
    });
  await report('RUNNING');
  expect(await runs.holders()).toEqual([run]);
  await report('COMPLETED');
  expect(await runs.holders()).toEqual([]);
});

describe('a limit', () => {
  test('a tag has one concurrency limit', async () => {
    expect(await limit('a', 2)).toMatchObject({ created: true, concurrencyLimit: { name: 'tag:a', limit: 2 } });
    expect(await limit('a', 3)).toMatchObject({ created: false, concurrencyLimit: { limit: 2 } });
  });

  test('an inactive limit does not apply', async () => {
    await limit('a', 0);
    const run = await runs.taskRun(['a']);
    expect((await runs.setTask(run, 'RUNNING')).verdict).toBe('ABORT');
    await updateConcurrencyLimit(t.engine, viewer, { tag: 'a', active: false });
    expect((await runs.setTask(run, 'RUNNING')).verdict).toBe('ACCEPT');
    expect(await runs.holders()).toEqual([]);
  });

  test('a limit that became inactive gets its slots back', async () => {
    await limit('a', 1);
    const run = await runs.taskRun(['a']);
    await runs.setTask(run, 'RUNNING');
    await updateConcurrencyLimit(t.engine, viewer, { tag: 'a', active: false });
    await runs.setTask(run, 'COMPLETED');
    expect(await runs.holders()).toEqual([]);
  });

  test('a raised limit assigns more slots', async () => {
    await limit('a', 1);
    const ids = await Promise.all([runs.taskRun(['a']), runs.taskRun(['a'])]);
    await Promise.all(ids.map((id) => runs.setTask(id, 'RUNNING')));
    await updateConcurrencyLimit(t.engine, viewer, { tag: 'a', limit: 2 });
    expect((await runs.setTask(ids[1], 'RUNNING')).verdict).toBe('ACCEPT');
  });

  test('a reset limit has all its slots again', async () => {
    await limit('a', 1);
    const ids = await Promise.all([runs.taskRun(['a']), runs.taskRun(['a'])]);
    await runs.setTask(ids[0], 'RUNNING');
    expect((await resetConcurrencyLimit(t.engine, viewer, { tag: 'a' })).releasedSlots).toBe(1);
    expect((await runs.setTask(ids[1], 'RUNNING')).verdict).toBe('ACCEPT');
    await runs.setTask(ids[0], 'COMPLETED');
    expect(await runs.holders()).toEqual([ids[1]]);
  });

  test('deleting a limit deletes its slots', async () => {
    await limit('a', 1);
    const run = await runs.taskRun(['a']);
    await runs.setTask(run, 'RUNNING');
    await deleteConcurrencyLimit(t.engine, viewer, { tag: 'a' });
    expect(await runs.holders()).toEqual([]);
    expect((await runs.setTask(run, 'COMPLETED')).verdict).toBe('ACCEPT');
  });

  test.each([
    ['changed', () => updateConcurrencyLimit(t.engine, viewer, { tag: 'none', limit: 1 })],
    ['deleted', () => deleteConcurrencyLimit(t.engine, viewer, { tag: 'none' })],
    ['reset', () => resetConcurrencyLimit(t.engine, viewer, { tag: 'none' })],
  ])('an unknown limit cannot be %s', async (_, work) => {
    await expect(work()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('limits of another tenant do not apply', async () => {
  await limit('a', 0);
  const { database } = t.test;
  const stranger = '01900000-0000-7000-8000-00000000beef';
  await database.query({ name: 'test.tenant', text: "insert into tenant (id, name, slug) values ($1, 's', 's')" }, [
    stranger,
  ]);
  await database.query({ name: 'test.give', text: 'update concurrency_limit set tenant_id = $1' }, [stranger]);
  expect((await runs.setTask(await runs.taskRun(['a']), 'RUNNING')).verdict).toBe('ACCEPT');
});

test('a limit that is created while a task run is paused applies to its next move', async () => {
  const [run, other] = [await runs.taskRun(['late']), await runs.taskRun(['late'])];
  await runs.setTask(run, 'PAUSED');
  await limit('late', 1);
  await runs.setTask(other, 'RUNNING');
  expect((await runs.setTask(run, 'RUNNING')).verdict).toBe('WAIT');
});

test('a move of a task run whose tags have no limit executes the statements of one without tags', async () => {
  await limit('a', 1);
  for (const tags of [[], ['free', 'also free']]) {
    const run = await runs.taskRun(tags);
    for (const type of ['RUNNING', 'COMPLETED'] as const) {
      const names = await runs.statementsOf(() => runs.setTask(run, type));
      // The process that created the run knows its row.
      expect(names).toEqual(tags.length === 0 ? ['taskRuns.moveOne'] : ['taskRuns.readOne', 'taskRuns.moveOne']);
    }
  }
});
