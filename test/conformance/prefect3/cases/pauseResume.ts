import type { ConformanceCase } from '../conformanceCase.ts';
import { inSeconds, uuid } from '../moments.ts';
import { paused, RUN, SCHEMA, suspended, waiting } from '../pauses.ts';

export const pauseResumeCases: ConformanceCase[] = [
  {
    id: 'D02',
    title: 'a pause key fires once',
    run: async (lab) => {
      const run = await lab.run(RUN);
      await lab.api.setFlowRunState(run.id, paused('k'));
      lab.accepted(await lab.api.resumeFlowRun(run.id), { type: 'RUNNING', name: 'Running' }, 'resume');
      lab.equal(await lab.history(run.id), ['RUNNING', 'PAUSED', 'RUNNING'], 'states');
      lab.rejected(
        await lab.unwritten(run.id, () => lab.api.setFlowRunState(run.id, paused('k'))),
        { type: 'RUNNING', reason: 'This pause has already fired.' },
        'again',
      );
      lab.rejected(
        await lab.api.setFlowRunState(run.id, paused('k', { name: 'Suspended' })),
        { type: 'RUNNING', reason: 'This suspend has already fired.' },
        'named Suspended',
      );
      lab.accepted(await lab.api.setFlowRunState(run.id, paused('k2')), { type: 'PAUSED' }, 'another key');
    },
  },
  {
    id: 'D04',
    title: 'suspending a flow run needs a deployment',
    run: async (lab) => {
      const run = await lab.run(RUN);
      lab.aborted(await lab.unwritten(run.id, () => lab.api.setFlowRunState(run.id, suspended('k'))), {
        type: 'RUNNING',
        reason: 'Cannot suspend flows without a deployment.',
      });
    },
  },
  {
    id: 'D06',
    title: 'a suspended flow run can be resumed',
    run: async (lab) => {
      const run = await lab.run(RUN, { dep: true });
      lab.accepted(
        await lab.api.setFlowRunState(run.id, suspended('k')),
        { type: 'PAUSED', name: 'Suspended' },
        'suspend',
      );
      lab.accepted(await lab.api.resumeFlowRun(run.id), { type: 'SCHEDULED', name: 'Resuming' }, 'resume');
      lab.sameTime((await lab.api.readFlowRun(run.id)).nextScheduledStartTime, Date.now(), 'next start', 120_000);
    },
  },
  {
    id: 'D08',
    title: 'leaving a pause sets resuming and the next RUNNING clears it',
    run: async (lab) => {
      const run = await lab.run(RUN);
      await lab.api.setFlowRunState(run.id, paused('k'));
      await lab.api.resumeFlowRun(run.id);
      const after = await lab.api.readFlowRun(run.id);
      lab.equal([after.runCount, after.policy?.resuming], [2, true], 'after the resume');
      lab.accepted(await lab.api.setFlowRunState(run.id, RUN), { type: 'RUNNING' });
      const later = await lab.api.readFlowRun(run.id);
      lab.equal([later.runCount, later.policy?.resuming ?? false], [2, false], "after the engine's RUNNING");
      await lab.api.setFlowRunState(run.id, RUN);
      lab.equal((await lab.api.readFlowRun(run.id)).runCount, 3, 'then it counts');
    },
  },
  {
    id: 'D10',
    title: 'resuming an expired pause fails the flow run',
    run: async (lab) => {
      for (let attempt = 0; ; attempt++) {
        // the server's own loop may be first
        const run = await lab.run(RUN);
        await lab.raw.setFlowRunState(run.id, paused('k', { details: { pauseTimeout: inSeconds(-1) } }));
        const verdict = await lab.api.resumeFlowRun(run.id);
        if (verdict.status !== 'REJECT' && attempt < 3) continue;
        lab.rejected(verdict, { type: 'FAILED', reason: 'The flow run pause has timed out and can no longer resume.' });
        lab.equal((await lab.api.readFlowRun(run.id)).stateType, 'FAILED', 'stored');
        return;
      }
    },
  },
  {
    id: 'D24',
    title: 'the input of a resume is ignored if the pause has no keyset',
    run: async (lab) => {
      const run = await lab.run(RUN);
      await lab.api.setFlowRunState(run.id, paused('k'));
      lab.accepted(await lab.api.resumeFlowRun(run.id, { name: 'x' }), { type: 'RUNNING' });
      lab.equal(await lab.api.filterInputs(run.id, { prefix: '', limit: 10 }), [], 'inputs');
    },
  },
  {
    id: 'D26',
    title: 'resuming an unknown flow run is not found',
    run: async (lab) => {
      const run = await lab.run(RUN);
      await lab.api.setFlowRunState(run.id, paused('k'));
      lab.accepted(await lab.api.resumeFlowRun(run.id), { type: 'RUNNING' }, 'control');
      await lab.refuses(lab.pick('internal', 'not_found'), () => lab.api.resumeFlowRun(uuid()));
    },
  },
  {
    id: 'D28',
    title: 'a rejected exit from a pause does not set resuming',
    run: async (lab) => {
      const run = await lab.run(RUN);
      await lab.api.setFlowRunState(run.id, paused('k'));
      lab.rejected(await lab.api.setFlowRunState(run.id, { type: 'PENDING' }), { type: 'PAUSED' });
      lab.equal((await lab.api.readFlowRun(run.id)).policy?.resuming ?? false, lab.pick(true, false), 'resuming');
    },
  },
  {
    id: 'D30',
    title: 'a rejected resume has the details of a rejection',
    run: async (lab) => {
      const run = await waiting(lab, SCHEMA);
      const verdict = await lab.api.resumeFlowRun(run.id, {});
      lab.rejected(verdict, { type: 'PAUSED' });
      if (verdict.detailsType) lab.equal(verdict.detailsType, lab.pick('abort_details', 'reject_details'), 'details');
    },
  },
];
