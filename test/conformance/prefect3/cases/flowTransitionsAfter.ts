import type { ConformanceCase } from '../conformanceCase.ts';
import { future, PERSISTED, state, TERMINAL, title } from '../flowStates.ts';
import { uuid } from '../moments.ts';

export const flowTransitionsAfterCases: ConformanceCase[] = [
  {
    id: 'C36',
    title: 'moving an ended flow run to CRASHED, PAUSED or CANCELLING aborts',
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
    title: 'a COMPLETED flow run with a result cannot run again',
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
    title: 'a COMPLETED flow run with a result may be COMPLETED with another',
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
    title: 'a scalar or list as the result of a flow run does not count as persisted',
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
    title: 'an ended flow run needs a deployment to be scheduled again',
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
    title: 'a move with another or no transition id follows the normal rules',
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
    title: 'moving an unknown flow run is not found',
    run: async (lab) => {
      const run = await lab.run(state('PENDING'));
      lab.accepted(await lab.api.setFlowRunState(run.id, state('RUNNING')), { type: 'RUNNING' }, 'control');
      await lab.refuses('not_found', () => lab.api.setFlowRunState(uuid(), state('RUNNING')), 'unknown', /not found/);
    },
  },
  {
    id: 'C50',
    title: 'WAIT, ABORT and REJECT return the current state and write none',
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
          before.map((one) => one.id),
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
