import type { ConformanceCase } from '../conformanceCase.ts';
import { inSeconds, uuid } from '../moments.ts';

const FORCED = { force: true };

export const forceCases: ConformanceCase[] = [
  {
    id: 'F02',
    title: 'a forced move does not wait for the scheduled time',
    run: async (lab) => {
      const run = await lab.run({ type: 'SCHEDULED', details: { scheduledTime: inSeconds(3600) } });
      lab.waits(await lab.api.setFlowRunState(run.id, { type: 'RUNNING' }), { delay: 3600 }, 'plain');
      lab.accepted(await lab.api.setFlowRunState(run.id, { type: 'RUNNING' }, FORCED), { type: 'RUNNING' });
    },
  },
  {
    id: 'F04',
    title: 'forced CANCELLING makes a suspended run CANCELLED and a paused run CANCELLING',
    run: async (lab) => {
      const first = await lab.run(
        { type: 'PAUSED', name: 'Suspended', details: { pauseReschedule: true, pauseTimeout: inSeconds(600) } },
        { dep: true },
      );
      lab.rejected(
        await lab.api.setFlowRunState(first.id, { type: 'CANCELLING' }, FORCED),
        { type: 'CANCELLED' },
        'suspended',
      );
      const second = await lab.run({ type: 'PAUSED', details: { pauseTimeout: inSeconds(600) } });
      lab.accepted(
        await lab.api.setFlowRunState(second.id, { type: 'CANCELLING' }, FORCED),
        { type: 'CANCELLING' },
        'paused',
      );
    },
  },
  {
    id: 'F06',
    title: 'a forced move with an equal transition id is accepted',
    run: async (lab) => {
      const id = uuid();
      const run = await lab.run({ type: 'PENDING' });
      const state = { type: 'RUNNING', details: { transitionId: id } };
      await lab.api.setFlowRunState(run.id, state);
      lab.rejected(await lab.api.setFlowRunState(run.id, state), { type: 'RUNNING' }, 'plain');
      lab.accepted(await lab.api.setFlowRunState(run.id, state, FORCED), { type: 'RUNNING' });
      lab.equal((await lab.api.readFlowRun(run.id)).runCount, 2, 'run count');
    },
  },
  {
    id: 'F08',
    title: 'a forced move takes no slot and no scheduled time',
    run: async (lab) => {
      lab.needs('deploymentLimits');
      const deployment = await lab.deployment({ concurrencyLimit: 1 });
      const due = { type: 'SCHEDULED', details: { scheduledTime: inSeconds(-1) } };
      const first = await lab.run(due, { dep: deployment });
      const second = await lab.run(due, { dep: deployment });
      lab.accepted(await lab.api.setFlowRunState(first.id, { type: 'PENDING' }), { type: 'PENDING' }, 'first');
      lab.equal(await lab.api.deploymentActiveSlots(deployment.id), 1, 'slots');
      const verdict = await lab.api.setFlowRunState(second.id, { type: 'PENDING' }, FORCED);
      lab.accepted(verdict, { type: 'PENDING' }, 'forced');
      lab.equal(await lab.api.deploymentActiveSlots(deployment.id), 1, 'slots after');
      lab.equal(verdict.state?.details.scheduledTime ?? null, null, 'scheduled time');
    },
  },
];
