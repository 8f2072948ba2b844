import { kindOf, type SetStateOptions } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { inSeconds, unique, uuid } from '../moments.ts';
import type { Details, PolicyInput, ReportedState, StateInput } from '../values.ts';

interface Row {
  id: string;
}
const set = (lab: Lab, run: Row, state: string | StateInput, options: SetStateOptions = {}) =>
  lab.api.setTaskRunState(run.id, typeof state === 'string' ? { type: state } : state, options);
const read = (lab: Lab, run: Row) => lab.api.readTaskRun(run.id);
const PERSISTED = { type: 'reference', storage_key: 'k' };
const fail = { type: 'FAILED', message: 'boom' };
const retriesRun = (lab: Lab, policy: PolicyInput) => lab.task({ type: 'RUNNING' }, { policy });
const cached = (key: string, more: Partial<Details> = {}) => ({
  type: 'COMPLETED',
  data: PERSISTED,
  details: { cacheKey: key, ...more },
});

export const taskTransitionsCases: ConformanceCase[] = [
  {
    id: 'J02',
    title: 'in a paused flow run a task is paused',
    run: async (lab) => {
      const until = inSeconds(800);
      const flowRun = await lab.run(
        { type: 'PAUSED', details: { pauseTimeout: until, pauseReschedule: true } },
        { dep: true },
      );
      const run = await lab.task({ type: 'PENDING' }, { flowRun: flowRun });
      const verdict = await set(lab, run, 'RUNNING');
      lab.rejected(verdict, { type: 'PAUSED', name: 'NotReady', written: true, reason: /The flow is paused/ });
      lab.sameTime(verdict.state?.details.pauseTimeout, until, 'time-out');
      lab.equal(verdict.state?.details.pauseReschedule, true, 'reschedule');
      lab.equal((await read(lab, run)).stateName, 'NotReady', 'stored');
    },
  },
  {
    id: 'J04',
    title: 'a running task remembers the run count of its flow run',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      await lab.api.setFlowRunState(flowRun.id, { type: 'RUNNING' });
      const run = await lab.task({ type: 'PENDING' }, { flowRun: flowRun });
      lab.equal(run.flowRunRunCount, 0, 'before');
      lab.accepted(await set(lab, run, 'RUNNING'), { type: 'RUNNING' });
      lab.equal((await read(lab, run)).flowRunRunCount, 2, 'after');
    },
  },
  {
    id: 'J06',
    title: 'AwaitingRetry -> RUNNING is Retrying',
    run: async (lab) => {
      const run = await retriesRun(lab, { retries: 1, retryDelay: 0 });
      lab.rejected(await set(lab, run, fail), { type: 'SCHEDULED', name: 'AwaitingRetry' }, 'failure');
      lab.accepted(await set(lab, run, 'RUNNING'), { type: 'RUNNING', name: 'Retrying' });
    },
  },
  {
    id: 'J08',
    title: 'SCHEDULED(+1 h) -> RUNNING waits',
    run: async (lab) => {
      const run = await lab.task({ type: 'SCHEDULED', details: { scheduledTime: inSeconds(3600) } });
      lab.waits(await lab.unwritten(run.id, () => set(lab, run, 'RUNNING'), 'task'), {
        type: 'SCHEDULED',
        delay: 3600,
        reason: 'Scheduled time is in the future',
      });
    },
  },
  {
    id: 'J10',
    title: 'no guards as for flow runs',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      for (const to of ['CANCELLING', 'PAUSED', 'PENDING', 'SCHEDULED']) {
        const run = await lab.task({ type: 'RUNNING' }, { flowRun: flowRun });
        lab.accepted(await set(lab, run, to), { type: to }, to);
      }
      const one = await lab.task({ type: 'CANCELLING' }, { flowRun: flowRun });
      lab.accepted(await set(lab, one, 'COMPLETED'), { type: 'COMPLETED' }, 'CANCELLING -> COMPLETED');
    },
  },
  {
    id: 'J12',
    title: 'terminal -> CRASHED, PAUSED, CANCELLING aborts',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      for (const from of ['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'])
        for (const to of ['CRASHED', 'PAUSED', 'CANCELLING']) {
          const run = await lab.task({ type: from }, { flowRun: flowRun });
          lab.aborted(
            await set(lab, run, to),
            { type: from, reason: `Run is already ${from}.`, written: false },
            `${from} -> ${to}`,
          );
        }
    },
  },
  {
    id: 'J14',
    title: 'COMPLETED without a result -> RUNNING restarts the count',
    run: async (lab) => {
      const run = await lab.task({ type: 'RUNNING' });
      await set(lab, run, 'RUNNING');
      await set(lab, run, 'COMPLETED');
      lab.equal((await read(lab, run)).runCount, 2, 'before');
      lab.accepted(await set(lab, run, 'RUNNING'), { type: 'RUNNING' });
      lab.equal((await read(lab, run)).runCount, 1, 'after');
    },
  },
  {
    id: 'J16',
    title: 'a task of a retried flow run is Retrying',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      const run = await lab.task({ type: 'PENDING' }, { flowRun: flowRun });
      await set(lab, run, 'RUNNING');
      await set(lab, run, 'FAILED');
      await lab.api.setFlowRunState(flowRun.id, { type: 'RUNNING' });
      lab.accepted(await set(lab, run, 'RUNNING'), { type: 'RUNNING', name: 'Retrying' });
      const other = await lab.task({ type: 'PENDING' }, { flowRun: flowRun });
      await set(lab, other, 'RUNNING');
      await set(lab, other, 'FAILED');
      lab.accepted(await set(lab, other, 'RUNNING'), { type: 'RUNNING', name: 'Running' }, 'not retried flow run');
    },
  },
  {
    id: 'J18',
    title: 'the last delay is used again',
    run: async (lab) => {
      const run = await retriesRun(lab, { retries: 3, retryDelay: [1, 30] });
      for (const delay of [1, 30, 30]) {
        const at = Date.now();
        const verdict = await set(lab, run, fail);
        lab.rejected(verdict, { name: 'AwaitingRetry' });
        lab.sameTime(verdict.state?.details.scheduledTime, at + delay * 1000, `delay ${delay}`, 900);
        await set(lab, run, 'RUNNING', { force: true });
      }
    },
  },
  {
    id: 'J20',
    title: 'retriable false is not retried',
    run: async (lab) => {
      for (const [retriable, retried] of [
        [false, false],
        [null, true],
        [true, true],
      ] as const) {
        const run = await retriesRun(lab, { retries: 2, retryDelay: 0 });
        const verdict = await set(lab, run, { ...fail, details: { retriable } });
        if (retried) lab.rejected(verdict, { type: 'SCHEDULED', name: 'AwaitingRetry' }, String(retriable));
        else lab.accepted(verdict, { type: 'FAILED' }, String(retriable));
      }
    },
  },
  {
    id: 'J22',
    title: 'a cached result is used',
    run: async (lab) => {
      const key = unique('cache');
      const first = await lab.task({ type: 'RUNNING' });
      const run = await lab.task({ type: 'PENDING' });
      lab.accepted(await set(lab, first, cached(key)), { type: 'COMPLETED' }, 'insert');
      const verdict = await set(lab, run, { type: 'RUNNING', details: { cacheKey: key } });
      lab.rejected(verdict, { type: 'COMPLETED', name: 'Cached', reason: 'Retrieved state from cache', written: true });
      const after = await read(lab, run);
      lab.equal([after.state.data, after.runCount], [PERSISTED, 0], 'data, run count');
      lab.holds(after.state.id !== (await read(lab, first)).state.id, 'a state of its own', after.state.id);
    },
  },
  {
    id: 'J24',
    title: 'the newest entry wins, only COMPLETED is kept',
    run: async (lab) => {
      const key = unique('cache');
      for (const count of [1, 2]) {
        const first = await lab.task({ type: 'RUNNING' });
        await set(lab, first, { ...cached(key), data: { type: 'reference', n: count } });
      }
      const run = await lab.task({ type: 'RUNNING' });
      await set(lab, run, { type: 'FAILED', data: { type: 'reference', n: 3 }, details: { cacheKey: key } });
      const one = await lab.task({ type: 'PENDING' });
      lab.rejected(await set(lab, one, { type: 'RUNNING', details: { cacheKey: key } }), {
        type: 'COMPLETED',
        name: 'Cached',
      });
      lab.equal((await read(lab, one)).state.data, { type: 'reference', n: 2 }, 'data');
      const other = unique('cache');
      const another = await lab.task({ type: 'RUNNING' });
      await set(lab, another, { type: 'FAILED', details: { cacheKey: other } });
      const otherOther = await lab.task({ type: 'PENDING' });
      lab.accepted(
        await set(lab, otherOther, { type: 'RUNNING', details: { cacheKey: other } }),
        { type: 'RUNNING' },
        'FAILED is not cached',
      );
    },
  },
  {
    id: 'J26',
    title: 'deferred task runs',
    run: async (lab) => {
      lab.needs('deferred', 'the adapter has no deferred task runs');
      const details = { deferred: true };
      for (const from of ['PENDING', 'RUNNING', 'CANCELLING', 'CANCELLED'])
        for (const force of [false, true]) {
          const run = await lab.task({ type: from, details: details }, { flowRun: null });
          lab.aborted(
            await set(lab, run, { type: 'PENDING', details: details }, { force }),
            { type: from },
            `${from} force ${force}`,
          );
        }
      const id = uuid();
      const one = await lab.task(
        { type: 'SCHEDULED', details: { ...details, taskParametersId: id, scheduledTime: inSeconds(-1) } },
        { flowRun: null },
      );
      const verdict = await set(lab, one, { type: 'PENDING', details: details });
      lab.accepted(verdict, { type: 'PENDING' });
      lab.equal(verdict.state?.details.taskParametersId, id, 'PENDING');
      const second = await set(lab, one, { type: 'RUNNING', details: details });
      lab.accepted(second, { type: 'RUNNING' });
      lab.equal(second.state?.details.taskParametersId, id, 'RUNNING');
    },
  },
  {
    id: 'J28',
    title: 'an older reported state does not take a task run back',
    seconds: 90,
    run: async (lab) => {
      lab.needs('report');
      const flowRun = await lab.run({ type: 'RUNNING' });
      const fields = { taskRunId: uuid(), flowRunId: flowRun.id, taskKey: 'k', dynamicKey: '0', name: 'reported' };
      const count = Date.now() - 60000;
      const at = (seconds: number) => new Date(count + seconds * 1000).toISOString();
      const completed: ReportedState = { id: uuid(), type: 'COMPLETED', name: 'Completed', timestamp: at(20) };
      const states: ReportedState[] = [
        { id: uuid(), type: 'RUNNING', name: 'Running', timestamp: at(10) },
        completed,
        { id: uuid(), type: 'PENDING', name: 'Pending', timestamp: at(5) },
      ];
      for (const state of states) {
        await lab.api.reportTaskRunState(fields, state);
        await lab.until(
          async () => {
            try {
              return (await lab.api.taskRunStates(fields.taskRunId)).length;
            } catch {
              return 0;
            }
          },
          (attempts) => attempts >= states.indexOf(state) + 1,
          { label: state.type },
        );
      }
      const after = await lab.api.readTaskRun(fields.taskRunId);
      lab.equal([after.stateType, after.stateName], ['COMPLETED', 'Completed'], 'state');
      lab.sameSet(
        (await lab.api.taskRunStates(fields.taskRunId)).map((proposed) => proposed.type),
        ['RUNNING', 'COMPLETED', 'PENDING'],
        'states',
      );
      await lab.api.reportTaskRunState(fields, completed);
      await lab.api.reportTaskRunState(fields, { id: uuid(), type: 'FAILED', name: 'Failed', timestamp: at(30) });
      await lab.until(
        () => lab.api.readTaskRun(fields.taskRunId),
        (other) => other.stateType === 'FAILED',
        { label: 'a newer one' },
      );
      lab.equal((await lab.api.taskRunStates(fields.taskRunId)).length, 4, 'the same state id twice is one state');
    },
  },
  {
    id: 'J30',
    title: 'concurrent moves of one task run (section 9, 13)',
    run: async (lab) => {
      const run = await lab.task({ type: 'RUNNING' });
      const all = await Promise.all(
        Array.from({ length: 10 }, () =>
          lab.raw.setTaskRunState(run.id, { type: 'RUNNING' }).catch((events) => ({ status: kindOf(events) })),
        ),
      );
      const count = all.filter((verdict) => verdict.status === 'ACCEPT').length;
      const after = await read(lab, run);
      if (lab.pick(true, false))
        lab.holds(after.runCount <= 11 && after.runCount > 1, 'Prefect 3 may lose counts', after.runCount);
      else {
        lab.equal(count, 10, 'accepted');
        lab.equal(after.runCount, 11, 'run count');
      }
      lab.equal(after.stateName, 'Rerunning', 'name');
    },
  },
];
