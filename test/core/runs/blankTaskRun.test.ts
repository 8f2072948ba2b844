import { expect, test } from 'vitest';
import { blankTaskRun } from '../../../src/core/runs/blankTaskRun.ts';
import { NO_TASK_RUN_POLICY } from '../../../src/core/runs/run.ts';
import { NOON } from '../given.ts';

const GIVEN = {
  id: 'run',
  tenantId: 'tenant',
  flowRunId: 'flow-run',
  taskKey: 'extract',
  dynamicKey: '0',
  name: 'extract-0',
  taskVersion: null,
  cacheKey: null,
  cacheExpiration: null,
  policy: NO_TASK_RUN_POLICY,
  taskInputs: {},
  tags: ['a'],
  labels: { b: 2 },
};

test('a new task run has the fields that it was given, and has not run', () => {
  expect(blankTaskRun(GIVEN, {}, NOON)).toMatchObject({
    ...GIVEN,
    labels: { b: 2, 'prefect.flow-run.id': 'flow-run' },
    created: NOON,
    updated: NOON,
    version: 1,
    runCount: 0,
    flowRunRunCount: 0,
  });
});

test('a task run inherits the labels of its flow run, and its own labels win', () => {
  expect(blankTaskRun(GIVEN, { a: 1, b: 1 }, NOON).labels).toEqual({ a: 1, b: 2, 'prefect.flow-run.id': 'flow-run' });
});

test('a background task run is labelled with no flow run', () => {
  expect(blankTaskRun({ ...GIVEN, flowRunId: null }, {}, NOON).labels).toEqual({ b: 2 });
});
