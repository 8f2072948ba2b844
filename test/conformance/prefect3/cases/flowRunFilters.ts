import type { ConformanceCase } from '../conformanceCase.ts';
import { ALL_RUNS, filterWorld, findsRuns } from '../filterWorld.ts';
import { inSeconds, uuid } from '../moments.ts';

export const flowRunFiltersCases: ConformanceCase[] = [
  {
    id: 'K02',
    title: 'flow runs are filtered by id',
    run: async (lab) => {
      const world = await filterWorld(lab);
      const { r1, r2, r3 } = world.runs;
      await findsRuns(lab, world, { id: { any: [] } }, 'any []', '');
      await findsRuns(lab, world, { id: { notAny: [] } }, 'notAny []', ALL_RUNS);
      await findsRuns(lab, world, { id: { any: [r1.id, r2.id, r3.id], notAny: [r2.id] } }, 'both', 'r1 r3');
      await findsRuns(lab, world, { id: { notAny: [r1.id] } }, 'notAny', 'r2 r3 r4 r5 r6');
      await findsRuns(lab, world, { id: { any: [r1.id, uuid()] } }, 'any', 'r1');
    },
  },
  {
    id: 'K04',
    title: 'flow runs are filtered by tags',
    run: async (lab) => {
      const world = await filterWorld(lab);
      await findsRuns(lab, world, { tags: { all: ['x', 'y'] } }, 'all', 'r1 r4');
      await findsRuns(lab, world, { tags: { all: [] } }, 'all []', ALL_RUNS);
      await findsRuns(lab, world, { tags: { any: ['y', 'q'] } }, 'any', 'r1 r4 r6');
      await findsRuns(lab, world, { tags: { any: [] } }, 'any []', '');
      await findsRuns(lab, world, { tags: { isNull: true } }, 'none', 'r3 r5');
      await findsRuns(lab, world, { tags: { isNull: false } }, 'some', 'r1 r2 r4 r6');
      await findsRuns(lab, world, { tags: { operator: 'or', all: ['z'], isNull: true } }, 'or', 'r3 r4 r5');
      await findsRuns(lab, world, { tags: { all: ['z'], isNull: true } }, 'and', '');
    },
  },
  {
    id: 'K06',
    title: 'flow runs are filtered by state type',
    run: async (lab) => {
      const world = await filterWorld(lab);
      await findsRuns(lab, world, { state: { type: { any: ['RUNNING', 'FAILED'] } } }, 'any', 'r1 r4');
      await findsRuns(lab, world, { state: { type: { notAny: ['RUNNING', 'FAILED'] } } }, 'notAny', 'r2 r3 r5 r6');
      const both = { any: ['RUNNING', 'FAILED'], notAny: ['FAILED'] };
      // Prefect 3 does not see that there is a clause at all, where it has both.
      await findsRuns(lab, world, { state: { type: both } }, 'both', lab.pick(ALL_RUNS, 'r1'));
      if (lab.api.features.has('stripStates')) {
        const flow = await lab.flow();
        const first = await lab.run(undefined, { flow });
        const second = await lab.run(undefined, { flow });
        await lab.api.stripStates('flow_run', [first.id]);
        const filter = { flows: { id: { any: [flow.id] } }, flowRuns: { state: { type: { notAny: ['RUNNING'] } } } };
        lab.equal(
          (await lab.api.filterFlowRuns({ filter })).map((run) => run.id),
          [second.id],
          'a run without a state',
        );
      }
    },
  },
  {
    id: 'K08',
    title: 'filters by start time use the expected start of a flow run that has not started',
    run: async (lab) => {
      const world = await filterWorld(lab);
      const { r1 } = world.runs;
      await findsRuns(lab, world, { startTime: { after: world.dueAt } }, 'after, inclusive', 'r2');
      await findsRuns(lab, world, { startTime: { before: world.dueAt, after: inSeconds(4000) } }, 'both bounds', 'r2');
      await findsRuns(lab, world, { startTime: { before: r1.startTime } }, 'before, inclusive', 'r1');
      await findsRuns(lab, world, { startTime: { isNull: true } }, 'not started', 'r2 r5');
      await findsRuns(lab, world, { startTime: { isNull: false } }, 'started', 'r1 r3 r4 r6');
    },
  },
  {
    id: 'K10',
    title: 'flow runs are filtered by their parents',
    run: async (lab) => {
      const world = await filterWorld(lab);
      const { r1, r2 } = world.runs;
      await findsRuns(lab, world, { parentFlowRunId: { any: [r1.id] } }, 'of a flow run', 'r5');
      await findsRuns(lab, world, { parentFlowRunId: { any: [r2.id] } }, 'of another', '');
      await findsRuns(lab, world, { parentTaskRunId: { isNull: true } }, 'no parent', 'r1 r2 r3 r4 r6');
      await findsRuns(lab, world, { parentTaskRunId: { any: [world.tasks.t2.id] } }, 'of a task run', 'r5');
    },
  },
  {
    id: 'K12',
    title: 'flow runs are filtered by queue, version and creator',
    run: async (lab) => {
      const world = await filterWorld(lab);
      await findsRuns(lab, world, { flowVersion: { any: [`v1-${world.suffix}`] } }, 'version', 'r1');
      if (world.pool) {
        await findsRuns(lab, world, { workQueueName: { isNull: false } }, 'queued', 'r3');
        await findsRuns(lab, world, { workQueueName: { any: [world.pool.defaultQueueName] } }, 'queue', 'r3');
        await findsRuns(lab, world, { workQueueName: { isNull: true } }, 'not queued', 'r1 r2 r4 r5 r6');
      }
      if (lab.api.features.has('createdBy')) {
        await findsRuns(lab, world, { createdBy: { isNull: true } }, 'no creator', ALL_RUNS);
        await findsRuns(lab, world, { createdBy: { type: ['SCHEDULE'] } }, 'creator type', '');
      }
    },
  },
];
