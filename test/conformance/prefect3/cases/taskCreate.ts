import type { ErrorKind } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { unique, uuid } from '../moments.ts';
import type { TaskRunInput } from '../values.ts';

const CONFLICT = (lab: Lab): ErrorKind[] => lab.pick(['conflict'], ['conflict', 'not_found', 'validation']);

export const taskCreateCases: ConformanceCase[] = [
  {
    id: 'I02',
    title: 'a task run without a flow run is created once per key',
    run: async (lab) => {
      const fields = { taskKey: unique('k'), dynamicKey: '0' };
      const first = await lab.api.createTaskRun({ ...fields, name: 'first' });
      const second = await lab.api.createTaskRun({ ...fields, name: 'second' });
      lab.equal([second.run.id, second.run.name, second.run.flowRunId], [first.run.id, 'first', null], 'second');
      const third = await lab.api.createTaskRun({ ...fields, dynamicKey: '1' });
      lab.holds(third.run.id !== first.run.id, 'another', third.run.id);
    },
  },
  {
    id: 'I04',
    title: 'creating a task run in an unknown flow run is rejected',
    run: async (lab) => {
      await lab.refuses(CONFLICT(lab), () =>
        lab.api.createTaskRun({ flowRunId: uuid(), taskKey: 'k', dynamicKey: '0' }),
      );
      const flowRun = await lab.run();
      lab.equal(
        (await lab.api.createTaskRun({ flowRunId: flowRun.id, taskKey: 'k', dynamicKey: '0' })).run.flowRunId,
        flowRun.id,
        'control',
      );
    },
  },
  {
    id: 'I06',
    title: 'the policy and the cache key of a task run are limited',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      const make = (fields: Partial<TaskRunInput>) =>
        lab.api.createTaskRun({ flowRunId: flowRun.id, taskKey: 'k', dynamicKey: unique('d'), ...fields });
      await lab.refuses(
        'validation',
        () => make({ policy: { retries: 60, retryDelay: Array(51).fill(1) } }),
        '51 delays',
        /50/,
      );
      await lab.refuses(
        'validation',
        () => make({ policy: { retries: 1, retryDelay: [1], retryJitterFactor: -1 } }),
        'negative jitter',
      );
      await lab.refuses('validation', () => make({ cacheKey: 'x'.repeat(2001) }), 'cache key', /2,?000/);
      lab.equal(
        (
          await make({
            policy: { retries: 60, retryDelay: Array(50).fill(1), retryJitterFactor: 0 },
            cacheKey: 'x'.repeat(2000),
          })
        ).run.stateType,
        'PENDING',
        'control',
      );
      lab.equal(await lab.api.countTaskRuns({ filter: { taskRuns: { flowRunId: { any: [flowRun.id] } } } }), 1, 'rows');
    },
  },
  {
    id: 'I08',
    title: 'reading an unknown task run is not found',
    run: async (lab) => {
      await lab.refuses('not_found', () => lab.api.readTaskRun(uuid()));
      const run = await lab.task();
      lab.equal((await lab.api.readTaskRun(run.id)).id, run.id, 'control');
    },
  },
  {
    id: 'I10',
    title: 'ten parallel creations without a flow run create one task run',
    run: async (lab) => {
      const taskKey = unique('race');
      const all = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          lab.api.createTaskRun({ taskKey, dynamicKey: '0', name: `n${index}` }),
        ),
      );
      const count = new Set(all.map((run) => run.run.id)).size;
      if (lab.pick(true, false)) lab.holds(count >= 1 && count <= 10, 'Prefect 3 races', count);
      else lab.equal(count, 1, 'ids');
      const again = await lab.api.createTaskRun({ taskKey, dynamicKey: '0' });
      lab.holds(
        all.some((other) => other.run.id === again.run.id),
        'then the same',
        again.run.id,
      );
      lab.equal(again.run.taskKey, taskKey, 'key');
    },
  },
];
