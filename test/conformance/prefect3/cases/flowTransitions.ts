import type { Json } from '../../../../src/core/state.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { inSeconds, milliseconds, uuid } from '../moments.ts';
import type { Details, StateInput } from '../values.ts';

const state = (type: string, name?: string | null, details?: Partial<Details> | null, data?: Json): StateInput => ({
  type,
  ...(name && { name }),
  ...(details && { details }),
  ...(data === undefined ? {} : { data }),
});
const past = () => ({ scheduledTime: inSeconds(-2) });
const future = () => ({ scheduledTime: inSeconds(3600) });
const PERSISTED = { type: 'reference', storage_key: 'k' };
const TERMINAL = ['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'];
const title = (type: string) => type.charAt(0) + type.slice(1).toLowerCase();
const expired = async (lab: Lab, to: string) => {
  // The server's own loop may end the run first; then try again.
  for (let count = 0; ; count++) {
    const run = await lab.run(state('RUNNING'));
    await lab.raw.setFlowRunState(run.id, state('PAUSED', null, { pauseTimeout: inSeconds(-1) }), { force: true });
    const verdict = await lab.api.setFlowRunState(run.id, state(to));
    if (
      count < 3 &&
      (verdict.status !== 'REJECT' || verdict.state?.message === 'The flow was paused and never resumed.')
    )
      continue;
    return { r: run, v: verdict };
  }
};

export const flowTransitionsCases: ConformanceCase[] = [
  {
    id: 'C02',
    title: 'no state -> every other type is accepted',
    run: async (lab) => {
      lab.needs('stripStates', 'a FlowQL run always has a state');
      for (const type of ['SCHEDULED', 'PENDING', 'RUNNING', 'CANCELLING', ...TERMINAL]) {
        const run = await lab.run();
        await lab.api.stripStates('flow_run', [run.id]);
        lab.accepted(await lab.api.setFlowRunState(run.id, state(type)), { type, name: title(type) }, type);
      }
    },
  },
  {
    id: 'C04',
    title: 'SCHEDULED -> PENDING with its own scheduled time keeps the proposed one',
    run: async (lab) => {
      const own = inSeconds(120);
      const run = await lab.run(state('SCHEDULED', null, past()));
      const verdict = await lab.api.setFlowRunState(run.id, state('PENDING', null, { scheduledTime: own }));
      lab.accepted(verdict, { type: 'PENDING' });
      lab.sameTime(verdict.state?.details.scheduledTime, own, 'scheduled time');
    },
  },
  {
    id: 'C06',
    title: 'PENDING with a future scheduled time -> RUNNING waits',
    run: async (lab) => {
      const run = await lab.run(state('PENDING', null, { scheduledTime: inSeconds(90) }));
      lab.waits(await lab.unwritten(run.id, () => lab.api.setFlowRunState(run.id, state('RUNNING'))), {
        type: 'PENDING',
        delay: 90,
        reason: 'Scheduled time is in the future',
      });
    },
  },
  {
    id: 'C08',
    title: 'SCHEDULED(+0.3 s) -> RUNNING rounds to 0',
    run: async (lab) => {
      const run = await lab.run(state('PENDING'));
      const verdict = await lab.api.setFlowRunState(
        run.id,
        state('SCHEDULED', null, { scheduledTime: inSeconds(0.35) }),
      );
      lab.accepted(verdict, { type: 'SCHEDULED' }, 'before');
      lab.accepted(await lab.api.setFlowRunState(run.id, state('RUNNING')), { type: 'RUNNING' });
    },
  },
  {
    id: 'C10',
    title: 'SCHEDULED without pid -> CANCELLING becomes CANCELLED',
    run: async (lab) => {
      const run = await lab.run(state('SCHEDULED', null, past()));
      const verdict = await lab.api.setFlowRunState(run.id, state('CANCELLING'));
      lab.rejected(verdict, {
        type: 'CANCELLED',
        name: 'Cancelled',
        reason: 'Scheduled flow run has no infrastructure to terminate.',
        written: true,
      });
      lab.equal(await lab.history(run.id), ['SCHEDULED', 'CANCELLED'], 'states');
      lab.equal((await lab.api.readFlowRun(run.id)).stateType, 'CANCELLED', 'run');
    },
  },
  {
    id: 'C12',
    title: 'AwaitingRetry with pid -> CANCELLING',
    run: async (lab) => {
      const run = await lab.run(state('SCHEDULED', 'AwaitingRetry', future()), { pid: true });
      lab.accepted(await lab.api.setFlowRunState(run.id, state('CANCELLING')), { type: 'CANCELLING' });
    },
  },
  {
    id: 'C14',
    title: 'SCHEDULED -> each terminal type; start and end are set',
    run: async (lab) => {
      for (const type of TERMINAL) {
        const run = await lab.run(state('SCHEDULED', null, past()));
        const verdict = await lab.api.setFlowRunState(run.id, state(type));
        lab.accepted(verdict, { type, name: title(type) }, type);
        const after = await lab.api.readFlowRun(run.id);
        lab.sameTime(after.endTime, verdict.state?.timestamp, `${type} end`);
        lab.sameTime(after.startTime, verdict.state?.timestamp, `${type} start`);
      }
    },
  },
  {
    id: 'C16',
    title: 'SCHEDULED -> Late once',
    run: async (lab) => {
      const run = await lab.run(state('SCHEDULED', null, past()));
      lab.accepted(await lab.api.setFlowRunState(run.id, state('SCHEDULED', 'Late', past())), {
        type: 'SCHEDULED',
        name: 'Late',
      });
      lab.rejected(
        await lab.unwritten(run.id, () => lab.api.setFlowRunState(run.id, state('SCHEDULED', 'Late', past()))),
        { type: 'SCHEDULED', name: 'Late', reason: 'This flow run is already marked late.', written: false },
        'again',
      );
    },
  },
  {
    id: 'C18',
    title: 'FAILED -> Late, with and without deployment',
    run: async (lab) => {
      const first = await lab.run(state('FAILED'), { dep: true });
      const second = await lab.run(state('FAILED'));
      lab.rejected(
        await lab.api.setFlowRunState(first.id, state('SCHEDULED', 'Late')),
        { type: 'FAILED', reason: 'Only scheduled flows can be marked late.' },
        'with',
      );
      lab.aborted(
        await lab.api.setFlowRunState(second.id, state('SCHEDULED', 'Late')),
        { type: 'FAILED', reason: 'Cannot reschedule a run without an associated deployment.' },
        'without',
      );
    },
  },
  {
    id: 'C20',
    title: 'PENDING -> Submitting carries the scheduled time',
    run: async (lab) => {
      const text = inSeconds(-3);
      const run = await lab.run(state('PENDING', null, { scheduledTime: text }));
      const verdict = await lab.api.setFlowRunState(run.id, state('PENDING', 'Submitting'));
      lab.accepted(verdict, { type: 'PENDING', name: 'Submitting' });
      lab.sameTime(verdict.state?.details.scheduledTime, text, 'scheduled time');
    },
  },
  {
    id: 'C22',
    title: 'Submitting -> InfrastructurePending',
    run: async (lab) => {
      const run = await lab.run(state('PENDING', 'Submitting'));
      lab.accepted(await lab.api.setFlowRunState(run.id, state('PENDING', 'InfrastructurePending')), {
        type: 'PENDING',
        name: 'InfrastructurePending',
      });
    },
  },
  {
    id: 'C24',
    title: 'RUNNING -> PENDING or Submitting aborts',
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
    title: 'RUNNING -> RUNNING counts and adds run time',
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
    title: 'CANCELLING -> the other eight types is rejected',
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
    title: 'PAUSED -> PENDING is rejected',
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
    title: 'PAUSED -> terminal, SCHEDULED, RUNNING is accepted',
    run: async (lab) => {
      for (const type of [...TERMINAL, 'SCHEDULED', 'RUNNING']) {
        const run = await lab.run(state('PAUSED', null, { pauseTimeout: inSeconds(600) }));
        lab.accepted(await lab.api.setFlowRunState(run.id, state(type)), { type, name: title(type) }, type);
      }
    },
  },
  {
    id: 'C34',
    title: 'expired pause -> RUNNING fails the run',
    run: async (lab) => {
      const { r: run, v: verdict } = await expired(lab, 'RUNNING');
      lab.rejected(verdict, {
        type: 'FAILED',
        name: 'Failed',
        message: 'The flow was running and never resumed.',
        reason: 'The flow run pause has timed out and can no longer resume.',
      });
      lab.equal((await lab.api.readFlowRun(run.id)).stateType, 'FAILED', 'stored');
    },
  },
  {
    id: 'C36',
    title: 'terminal -> CRASHED, PAUSED, CANCELLING aborts',
    run: async (lab) => {
      for (const from of TERMINAL)
        for (const to of ['CRASHED', 'PAUSED', 'CANCELLING']) {
          const run = await lab.run(state(from));
          lab.aborted(
            await lab.api.setFlowRunState(run.id, state(to)),
            { type: from, name: title(from), reason: `Run is already in terminal state ${from}.`, written: false },
            `${from} -> ${to}`,
          );
        }
    },
  },
  {
    id: 'C38',
    title: 'COMPLETED with result -> RUNNING, PENDING, SCHEDULED is rejected',
    run: async (lab) => {
      for (const to of ['RUNNING', 'PENDING', 'SCHEDULED']) {
        const run = await lab.run(state('COMPLETED', null, null, PERSISTED));
        lab.rejected(
          await lab.unwritten(run.id, () => lab.api.setFlowRunState(run.id, state(to))),
          { type: 'COMPLETED', reason: 'Run is already COMPLETED.' },
          to,
        );
      }
    },
  },
  {
    id: 'C40',
    title: 'COMPLETED with result -> COMPLETED with result',
    run: async (lab) => {
      const run = await lab.run(state('COMPLETED', null, null, PERSISTED));
      const verdict = await lab.api.setFlowRunState(
        run.id,
        state('COMPLETED', null, null, { type: 'reference', storage_key: 'k2' }),
      );
      lab.accepted(verdict, { type: 'COMPLETED', written: true });
      lab.equal((await lab.api.readFlowRun(run.id)).state.data, { type: 'reference', storage_key: 'k2' }, 'result');
    },
  },
  {
    id: 'C42',
    title: 'a scalar or list result does not count as persisted',
    run: async (lab) => {
      for (const data of [5, 'text', [1, 2]]) {
        const run = await lab.run(state('COMPLETED', null, null, data));
        lab.equal(run.state.data, data, 'data');
        lab.accepted(
          await lab.api.setFlowRunState(run.id, state('RUNNING')),
          { type: 'RUNNING' },
          JSON.stringify(data),
        );
      }
    },
  },
  {
    id: 'C44',
    title: 'terminal -> SCHEDULED needs a deployment',
    run: async (lab) => {
      const deployment = await lab.deployment();
      for (const from of TERMINAL) {
        const first = await lab.run(state(from));
        const second = await lab.run(state(from), { dep: deployment });
        lab.aborted(
          await lab.api.setFlowRunState(first.id, state('SCHEDULED')),
          { type: from, reason: 'Cannot reschedule a run without an associated deployment.' },
          `${from} without`,
        );
        lab.accepted(
          await lab.api.setFlowRunState(second.id, state('SCHEDULED')),
          { type: 'SCHEDULED', name: 'Scheduled' },
          `${from} with`,
        );
        lab.equal((await lab.api.readFlowRun(second.id)).policy?.retryType, 'reschedule', `${from} retry type`);
      }
    },
  },
  {
    id: 'C46',
    title: 'another or no transition id follows the normal rules',
    run: async (lab) => {
      const run = await lab.run(state('PENDING'));
      await lab.api.setFlowRunState(run.id, state('RUNNING', null, { transitionId: uuid() }));
      lab.accepted(
        await lab.api.setFlowRunState(run.id, state('RUNNING', null, { transitionId: uuid() })),
        { type: 'RUNNING' },
        'other',
      );
      lab.accepted(await lab.api.setFlowRunState(run.id, state('RUNNING')), { type: 'RUNNING' }, 'none');
      lab.equal((await lab.api.readFlowRun(run.id)).runCount, 3, 'run count');
    },
  },
  {
    id: 'C48',
    title: 'an unknown run is not found',
    run: async (lab) => {
      const run = await lab.run(state('PENDING'));
      lab.accepted(await lab.api.setFlowRunState(run.id, state('RUNNING')), { type: 'RUNNING' }, 'control');
      await lab.refuses('not_found', () => lab.api.setFlowRunState(uuid(), state('RUNNING')), 'unknown', /not found/);
    },
  },
  {
    id: 'C50',
    title: 'WAIT, ABORT and REJECT(current) carry the current state and write none',
    run: async (lab) => {
      for (const [from, to, status] of [
        [state('SCHEDULED', null, future()), 'RUNNING', 'WAIT'],
        [state('PENDING'), 'PENDING', 'ABORT'],
        [state('CANCELLING'), 'RUNNING', 'REJECT'],
      ] as const) {
        const run = await lab.run(from);
        const before = await lab.api.flowRunStates(run.id);
        const verdict = await lab.api.setFlowRunState(run.id, state(to));
        const after = await lab.api.flowRunStates(run.id);
        lab.equal(verdict.status, status, 'status');
        lab.equal(verdict.state?.id, run.state.id, `${status}: state`);
        lab.equal(
          after.map((proposed) => proposed.id),
          before.map((otherState) => otherState.id),
          `${status}: states`,
        );
        lab.equal(before.length, 1, 'one state before');
        const later = await lab.api.readFlowRun(run.id);
        lab.equal(
          [later.stateType, later.runCount, later.totalRunTime, later.state.id],
          [run.stateType, run.runCount, run.totalRunTime, run.state.id],
          `${status}: run`,
        );
      }
    },
  },
];
