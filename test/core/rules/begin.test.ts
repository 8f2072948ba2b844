import { expect, test } from 'vitest';
import { type Beginning, beginFlowRun, beginTaskRun } from '../../../src/core/rules/begin.ts';
import { blankFlowRun } from '../../../src/core/runs/blankFlowRun.ts';
import { blankTaskRun, type NewTaskRun } from '../../../src/core/runs/blankTaskRun.ts';
import { NO_TASK_RUN_POLICY } from '../../../src/core/runs/run.ts';
import { NO_DETAILS } from '../../../src/core/runs/state.ts';
import { Problem } from '../../../src/core/values/problem.ts';
import { NOON } from '../given.ts';

const facts = () => {
  let count = 0;
  return { prefect1: false, now: NOON, random: 0.5, newId: () => `new-${++count}` };
};

const flowRun = () => blankFlowRun({ id: 'run', tenantId: 'tenant', flowId: 'flow', name: 'quiet-otter' }, {}, NOON);
const taskRun = (given: Partial<NewTaskRun> = {}) =>
  blankTaskRun(
    {
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
      tags: [],
      labels: {},
      ...given,
    },
    {},
    NOON,
  );

function begun<Run>(beginning: Beginning<Run> | Problem): Beginning<Run> {
  if (beginning instanceof Problem) throw beginning;
  return beginning;
}

test('a flow run begins in the state that was requested, with its columns', () => {
  const { run, state, effects } = begun(beginFlowRun(flowRun(), { type: 'RUNNING' }, facts()));
  expect(state).toMatchObject({ id: 'new-1', type: 'RUNNING', name: 'Running', timestamp: NOON });
  expect(run).toMatchObject({ id: 'run', version: 1, stateId: 'new-1', stateType: 'RUNNING', runCount: 1 });
  expect(run.startTime).toBe(NOON);
  expect(effects).toEqual([]);
});

test("a subflow's first state moves the parent task run", () => {
  const blank = { ...flowRun(), parentTaskRunId: 'parent' };
  const { effects } = begun(beginFlowRun(blank, { type: 'PENDING' }, facts()));
  expect(effects).toMatchObject([{ kind: 'moveParentTaskRun', taskRunId: 'parent', state: { type: 'PENDING' } }]);
});

test('a flow run that Prefect 1 clients know begins with a state that they can read', () => {
  const { state } = begun(beginFlowRun(flowRun(), { type: 'PENDING' }, { ...facts(), prefect1: true }));
  expect(state.prefect1?.className).toBe('Pending');
});

test('a task run begins in the state that was requested, with its columns', () => {
  const around = { id: 'flow-run', stateType: 'PENDING', details: NO_DETAILS, runCount: 2 } as const;
  const beginning = beginTaskRun(taskRun(), { type: 'RUNNING' }, { ...facts(), flowRun: around });
  const { run, state } = begun(beginning);
  expect(state).toMatchObject({ type: 'RUNNING', details: { flowRunId: 'flow-run', taskRunId: 'run' } });
  expect(run).toMatchObject({ version: 1, stateType: 'RUNNING', stateId: state.id, runCount: 1 });
});

test('a task run does not begin in a state that a rule refuses', () => {
  const details = { deferred: true, cacheKey: 'x'.repeat(2_001) };
  const request = { type: 'COMPLETED', details } as const;
  const refused = beginTaskRun(taskRun({ flowRunId: null }), request, { ...facts(), flowRun: null });
  expect(refused).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: 'A task run cannot begin in state COMPLETED.',
  });
});
