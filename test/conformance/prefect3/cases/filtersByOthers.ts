import type { Paging } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { Clause, Filter } from '../filters.ts';
import { ALL_RUNS, filterWorld, finds, findsTasks, inWorld, keyOf } from '../filterWorld.ts';

export const filtersByOthersCases: ConformanceCase[] = [
  {
    id: 'K14',
    title: 'flow runs are filtered by their flows',
    run: async (lab) => {
      const world = await filterWorld(lab);
      const attempt = (flows: Filter['flows'] & object, label: string, expected: string) =>
        finds(lab, world, { flows }, label, expected);
      await attempt({ name: { like: 'KFLOW' } }, 'name', 'r1 r2 r3 r4 r5');
      await attempt({ tags: { all: ['fa', 'fb'] } }, 'tags', 'r1 r2 r3 r4 r5');
      await attempt({ tags: { all: ['fa', 'zz'] } }, 'tags, none', '');
      await attempt({ deployment: { isNull: true } }, 'without deployment', 'r6');
      await attempt({ deployment: { isNull: false } }, 'with deployment', 'r1 r2 r3 r4 r5');
    },
  },
  {
    id: 'K16',
    title: 'flow runs are filtered by deployments, work pools and queues',
    run: async (lab) => {
      const world = await filterWorld(lab);
      await finds(lab, world, { deployments: {} }, 'deployments', 'r2 r4');
      await finds(
        lab,
        world,
        { deployments: { name: { like: 'kdep' }, tags: { all: ['da'] } } },
        'deployment name and tags',
        'r2 r4',
      );
      await finds(lab, world, { deployments: { id: { notAny: [world.deploymentId] } } }, 'another', '');
      if (world.pool) {
        await finds(lab, world, { workPools: {} }, 'pools', 'r3');
        await finds(lab, world, { workPools: { name: { any: [world.pool.name] } } }, 'pool', 'r3');
        await finds(lab, world, { workQueues: {} }, 'queues', 'r3');
        await finds(
          lab,
          world,
          { workQueues: { name: { startsWith: [world.pool.defaultQueueName.slice(0, 3), 'zz'] } } },
          'queue',
          'r3',
        );
      }
    },
  },
  {
    id: 'K18',
    title: 'two filters together match the intersection, and the count agrees',
    run: async (lab) => {
      const world = await filterWorld(lab);
      const parts: Filter[] = [
        { flowRuns: { tags: { any: ['x'] } } },
        { flowRuns: { state: { type: { notAny: ['RUNNING'] } } } },
        { flowRuns: { name: { like: 'ARV' } } },
        { deployments: {} },
        { taskRuns: {} },
        { flows: { name: { like: 'kflow' } } },
        { flowRuns: { endTime: { isNull: true } } },
      ];
      const single: string[][] = [];
      for (const page of parts) single.push(await finds(lab, world, page, JSON.stringify(page)));
      lab.equal(
        single.map((state) => state.length),
        [3, 5, 2, 2, 2, 5, 3],
        'sizes of the parts',
      );
      for (const [index, part] of parts.entries())
        for (const [later, other] of parts.entries()) {
          if (later <= index) continue;
          const both: Filter = { ...part, ...other };
          if (part.flowRuns && other.flowRuns) both.flowRuns = { ...part.flowRuns, ...other.flowRuns };
          const expected = single[index]?.filter((key) => single[later]?.includes(key)).join(' ');
          await finds(lab, world, both, `${index} and ${later}`, expected);
        }
    },
  },
  {
    id: 'K20',
    title: 'numbered pages contain each flow run once',
    run: async (lab) => {
      const world = await filterWorld(lab);
      const numberedPage = (fields: Paging) =>
        lab.api.pageFlowRuns({ filter: inWorld(world), sort: 'NAME_ASC', ...fields });
      const seen = [];
      for (const page of [1, 2]) {
        const found = await numberedPage({ limit: 4, page });
        lab.equal(
          [found.count, found.pages, found.page, found.items.length],
          [6, 2, page, page === 1 ? 4 : 2],
          `page ${page}`,
        );
        seen.push(...found.items.map((one) => keyOf(world.runs, one.id)));
      }
      lab.sameSet(seen, ALL_RUNS.split(' '), 'each run once');
      const far = await numberedPage({ limit: 4, page: 9 });
      lab.equal([far.items.length, far.count], [0, 6], 'beyond the end');
      await lab.refuses('validation', () => numberedPage({ page: 0, limit: 4 }), 'page 0');
      if (lab.api.features.has('limitZero')) lab.equal((await numberedPage({ limit: 0 })).pages, 0, 'limit 0');
    },
  },
  {
    id: 'K22',
    title: 'task runs are filtered by the id of their flow run',
    run: async (lab) => {
      const world = await filterWorld(lab);
      const attempt = (flowRunId: Clause, label: string, events?: string) =>
        findsTasks(lab, world, { taskRuns: { flowRunId } }, label, events);
      // Prefect 3 takes what is left out of this one clause as `isNull: false`, and forgets `any` beside `isNull`.
      await attempt({}, '{}', lab.pick('t1 t2 t4', 't1 t2 t3 t4'));
      await attempt({ isNull: true }, 'null', 't3');
      await attempt({ any: [world.runs.r1.id], isNull: true }, 'any and null', lab.pick('t3', ''));
      await attempt({ any: [world.runs.r1.id] }, 'any', 't1 t2');
      await attempt({ isNull: null }, 'isNull null', 't1 t2 t3 t4');
      await findsTasks(lab, world, {}, 'no clause', 't1 t2 t3 t4');
    },
  },
  {
    id: 'K24',
    title: 'task runs are filtered by fields of their flow run',
    run: async (lab) => {
      const world = await filterWorld(lab);
      await findsTasks(lab, world, { flowRuns: {} }, '{}', 't1 t2 t4');
      await findsTasks(lab, world, { flowRuns: { state: { type: { any: ['FAILED'] } } } }, 'state', 't4');
      await findsTasks(lab, world, { flows: { id: { any: world.flowIds.slice(0, 1) } } }, 'flows', 't1 t2 t4');
      await findsTasks(lab, world, { deployments: {} }, 'deployments', 't4');
    },
  },
  {
    id: 'K26',
    title: 'numbered pages of task runs contain the whole type',
    run: async (lab) => {
      const world = await filterWorld(lab);
      const parent = await lab.api.pageTaskRuns({
        filter: { taskRuns: { name: { like: world.suffix } } },
        sort: 'NAME_ASC',
        page: 2,
        limit: 3,
      });
      lab.equal(
        [parent.count, parent.pages, parent.items.length, parent.items[0]?.name],
        [4, 2, 1, `store-${world.suffix}`],
        'page 2',
      );
      lab.equal(
        [parent.items[0]?.stateType, parent.items[0]?.runCount],
        lab.pick(['PENDING', undefined], ['PENDING', 0]),
        'the full type',
      );
    },
  },
];
