import type { ConformanceCase } from '../conformanceCase.ts';
import { future, past, state, TERMINAL, title } from '../flowStates.ts';
import { inSeconds } from '../moments.ts';

export const flowTransitionsBeforeCases: ConformanceCase[] = [
  {
    id: 'C02',
    title: 'a flow run without a state may move to every state type',
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
    title: 'a flow run moved from SCHEDULED to PENDING keeps a proposed scheduled time',
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
    title: 'a PENDING flow run waits for its scheduled time',
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
    title: 'a flow run due in 0.3 s may run',
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
    title: 'cancelling a SCHEDULED flow run without a pid makes it CANCELLED',
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
    title: 'cancelling an AwaitingRetry flow run with a pid makes it CANCELLING',
    run: async (lab) => {
      const run = await lab.run(state('SCHEDULED', 'AwaitingRetry', future()), { pid: true });
      lab.accepted(await lab.api.setFlowRunState(run.id, state('CANCELLING')), { type: 'CANCELLING' });
    },
  },
  {
    id: 'C14',
    title: 'a SCHEDULED flow run that ends has a start and an end time',
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
    title: 'a flow run can be marked Late once',
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
    title: 'a FAILED flow run cannot be marked Late, with or without a deployment',
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
    title: 'a flow run that becomes Submitting keeps its scheduled time',
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
    title: 'a Submitting flow run may become InfrastructurePending',
    run: async (lab) => {
      const run = await lab.run(state('PENDING', 'Submitting'));
      lab.accepted(await lab.api.setFlowRunState(run.id, state('PENDING', 'InfrastructurePending')), {
        type: 'PENDING',
        name: 'InfrastructurePending',
      });
    },
  },
];
