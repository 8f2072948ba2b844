import type { ConformanceCase } from '../conformanceCase.ts';
import { expired, state, TERMINAL, title } from '../flowStates.ts';
import { inSeconds, milliseconds } from '../moments.ts';

export const flowTransitionsDuringCases: ConformanceCase[] = [
  {
    id: 'C24',
    title: 'moving a RUNNING flow run to PENDING or Submitting aborts',
    run: async (lab) => {
      for (const name of ['Pending', 'Submitting']) {
        const run = await lab.run(state('RUNNING'));
        lab.aborted(
          await lab.unwritten(run.id, () => lab.api.setFlowRunState(run.id, state('PENDING', name))),
          {
            type: 'RUNNING',
            name: 'Running',
            reason: 'This run is in a RUNNING state and cannot transition to a PENDING state.',
          },
          name,
        );
      }
    },
  },
  {
    id: 'C26',
    title: 'moving a RUNNING flow run to RUNNING counts a run and adds run time',
    run: async (lab) => {
      const run = await lab.run(state('RUNNING'));
      lab.equal(run.runCount, 1, 'first');
      const verdict = await lab.api.setFlowRunState(run.id, state('RUNNING'));
      lab.accepted(verdict, { type: 'RUNNING', name: 'Running' });
      const after = await lab.api.readFlowRun(run.id);
      lab.equal(after.runCount, 2, 'second');
      lab.near(
        after.totalRunTime,
        (milliseconds(verdict.state?.timestamp) - milliseconds(run.state.timestamp)) / 1000,
        0.002,
        'total run time',
      );
      lab.holds(after.totalRunTime > 0, 'grew', after.totalRunTime);
      lab.sameTime(after.startTime, run.startTime, 'start unchanged');
    },
  },
  {
    id: 'C28',
    title: 'moving a CANCELLING flow run to any other type than CANCELLED is rejected',
    run: async (lab) => {
      for (const type of [
        'SCHEDULED',
        'PENDING',
        'RUNNING',
        'PAUSED',
        'CANCELLING',
        'COMPLETED',
        'FAILED',
        'CRASHED',
      ]) {
        const run = await lab.run(state('CANCELLING'));
        lab.rejected(
          await lab.api.setFlowRunState(run.id, state(type)),
          {
            type: 'CANCELLING',
            name: 'Cancelling',
            written: false,
            reason: 'Cannot transition flows that are cancelling to a state other than Cancelled.',
          },
          type,
        );
      }
    },
  },
  {
    id: 'C30',
    title: 'moving a PAUSED flow run to PENDING is rejected',
    run: async (lab) => {
      const run = await lab.run(state('PAUSED', null, { pauseTimeout: inSeconds(600) }));
      lab.rejected(await lab.unwritten(run.id, () => lab.api.setFlowRunState(run.id, state('PENDING'))), {
        type: 'PAUSED',
        reason: /cannot transition to the .*PENDING state from the .*PAUSED state/,
      });
    },
  },
  {
    id: 'C32',
    title: 'a PAUSED flow run may end, be scheduled or run',
    run: async (lab) => {
      for (const type of [...TERMINAL, 'SCHEDULED', 'RUNNING']) {
        const run = await lab.run(state('PAUSED', null, { pauseTimeout: inSeconds(600) }));
        lab.accepted(await lab.api.setFlowRunState(run.id, state(type)), { type, name: title(type) }, type);
      }
    },
  },
  {
    id: 'C34',
    title: 'moving a flow run with an expired pause to RUNNING fails it',
    run: async (lab) => {
      const { run, verdict } = await expired(lab, 'RUNNING');
      lab.rejected(verdict, {
        type: 'FAILED',
        name: 'Failed',
        message: 'The flow was running and never resumed.',
        reason: 'The flow run pause has timed out and can no longer resume.',
      });
      lab.equal((await lab.api.readFlowRun(run.id)).stateType, 'FAILED', 'stored');
    },
  },
];
