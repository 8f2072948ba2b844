import { REFUSED } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import { inSeconds, uuid } from '../moments.ts';

export const updateReadCases: ConformanceCase[] = [
  {
    id: 'B02',
    title: 'an empty update of a flow run changes nothing',
    run: async (lab) => {
      const run = await lab.run(undefined, { tags: ['x'], parameters: { a: 1 }, name: 'same' });
      await lab.api.updateFlowRun(run.id, {});
      const { updated, lateness, ...first } = await lab.api.readFlowRun(run.id);
      const { updated: _updated, lateness: _lateness, ...second } = run; // these two move by themselves
      lab.equal(first, second, 'unchanged');
      lab.equal([first.name, first.tags, first.parameters], ['same', ['x'], { a: 1 }], 'as created');
    },
  },
  {
    id: 'B04',
    title: 'updating an unknown flow run is not found',
    run: async (lab) => {
      await lab.refuses('not_found', () => lab.api.updateFlowRun(uuid(), { name: 'x' }), 'unknown', /not found/i);
      const run = await lab.run();
      await lab.api.updateFlowRun(run.id, { name: 'y' });
      lab.equal((await lab.api.readFlowRun(run.id)).name, 'y', 'control');
    },
  },
  {
    id: 'B06',
    title: 'the tags of a flow run may be empty but not null',
    run: async (lab) => {
      const run = await lab.run(undefined, { tags: ['x'] });
      await lab.refuses('validation', () => lab.api.updateFlowRun(run.id, { tags: null }));
      lab.equal((await lab.api.readFlowRun(run.id)).tags, ['x'], 'kept');
      await lab.api.updateFlowRun(run.id, { tags: [] });
      lab.equal((await lab.api.readFlowRun(run.id)).tags, [], 'emptied');
    },
  },
  {
    id: 'B08',
    title: 'an update of the policy keeps the pause keys',
    run: async (lab) => {
      const run = await lab.run({ type: 'RUNNING' });
      await lab.api.setFlowRunState(run.id, {
        type: 'PAUSED',
        details: { pauseKey: 'k', pauseTimeout: inSeconds(600) },
      });
      lab.equal((await lab.api.readFlowRun(run.id)).policy?.pauseKeys, ['k'], 'before');
      await lab.api.updateFlowRun(run.id, { policy: { retries: 5 } });
      const after = await lab.api.readFlowRun(run.id);
      lab.equal(after.policy?.retries, 5, 'retries');
      lab.equal(after.policy?.pauseKeys, lab.pick([], ['k']), 'pause keys');
    },
  },
  {
    id: 'B10',
    title: 'job variables need a deployment',
    run: async (lab) => {
      const run = await lab.run({ type: 'SCHEDULED' });
      await lab.refuses(
        lab.pick('bad_request', REFUSED),
        () => lab.api.updateFlowRun(run.id, { jobVariables: { a: 1 } }),
        'no deployment',
        /deployment/i,
      );
      lab.equal((await lab.api.readFlowRun(run.id)).jobVariables ?? {}, {}, 'unchanged');
    },
  },
  {
    id: 'B12',
    title: 'the infrastructure pid of a flow run can be set',
    run: async (lab) => {
      const run = await lab.run();
      await lab.api.updateFlowRun(run.id, { infrastructurePid: 'p' });
      lab.equal((await lab.api.readFlowRun(run.id)).infrastructurePid, 'p', 'pid');
    },
  },
  {
    id: 'B14',
    title: 'the estimated run time grows while a flow run is RUNNING',
    run: async (lab) => {
      const run = await lab.run({ type: 'RUNNING' });
      const after = await lab.api.readFlowRun(run.id);
      const later = await lab.until(
        () => lab.api.readFlowRun(run.id),
        ({ estimatedRunTime }) => estimatedRunTime > after.estimatedRunTime + 0.2,
        { label: 'grows' },
      );
      lab.equal([typeof after.estimatedRunTime, typeof after.totalRunTime], ['number', 'number'], 'numbers');
      lab.equal(later.totalRunTime, 0, 'total while running');
      await lab.api.setFlowRunState(run.id, { type: 'COMPLETED' });
      const end = await lab.api.readFlowRun(run.id);
      lab.equal(end.estimatedRunTime, end.totalRunTime, 'equal at the end');
      lab.holds(end.totalRunTime >= later.estimatedRunTime - 0.05, 'total', end.totalRunTime);
    },
  },
];
