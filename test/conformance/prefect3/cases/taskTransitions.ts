import type { ConformanceCase } from '../conformanceCase.ts';
import { inSeconds, milliseconds } from '../moments.ts';
import { fail, read, retriesRun, set } from '../taskStates.ts';

export const taskTransitionsCases: ConformanceCase[] = [
  {
    id: 'J02',
    title: 'a task run in a paused flow run is paused',
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
    title: 'a running task run stores the run count of its flow run',
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
    title: 'an AwaitingRetry task run runs as Retrying',
    run: async (lab) => {
      const run = await retriesRun(lab, { retries: 1, retryDelay: 0 });
      lab.rejected(await set(lab, run, fail), { type: 'SCHEDULED', name: 'AwaitingRetry' }, 'failure');
      lab.accepted(await set(lab, run, 'RUNNING'), { type: 'RUNNING', name: 'Retrying' });
    },
  },
  {
    id: 'J08',
    title: 'a SCHEDULED task run waits for its scheduled time',
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
    title: 'a task run may move between states that flow runs cannot',
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
    title: 'moving an ended task run to CRASHED, PAUSED or CANCELLING aborts',
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
    title: 'a COMPLETED task run without a result that runs again restarts its run count',
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
    title: 'a task run of a retried flow run runs as Retrying',
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
    title: 'a task run uses its last retry delay again',
    run: async (lab) => {
      const run = await retriesRun(lab, { retries: 3, retryDelay: [1, 30] });
      for (const delay of [1, 30, 30]) {
        const verdict = await set(lab, run, fail);
        lab.rejected(verdict, { name: 'AwaitingRetry' });
        const due = milliseconds(verdict.state?.timestamp) + delay * 1000;
        lab.sameTime(verdict.state?.details.scheduledTime, due, `delay ${delay}`, 900);
        await set(lab, run, 'RUNNING', { force: true });
      }
    },
  },
  {
    id: 'J20',
    title: 'a task run that fails with `retriable: false` is not retried',
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
];
