import { kindOf } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { LogFilter } from '../filters.ts';
import type { Lab } from '../lab.ts';
import { iso, uuid } from '../moments.ts';

const gone = async (attempt: () => Promise<unknown>) => {
  try {
    await attempt();
    return false;
  } catch (error) {
    return kindOf(error) === 'not_found';
  }
};
const ids = (list: { id: string }[]) => ({ flowRuns: { id: { any: list.map((run) => run.id) } } });
const noneLeft = async (lab: Lab, filter: LogFilter) =>
  lab.until(
    () => lab.api.filterLogs({ filter }),
    (list) => list.length === 0,
    { label: 'logs gone' },
  );

export const deleteBulkCases: ConformanceCase[] = [
  {
    id: 'O02',
    title: 'deleting unknown runs is not found and deleting a task run keeps its flow run',
    run: async (lab) => {
      await lab.refuses('not_found', () => lab.api.deleteFlowRun(uuid()), 'flow run');
      await lab.refuses('not_found', () => lab.api.deleteTaskRun(uuid()), 'task run');
      const flowRun = await lab.run({ type: 'RUNNING' });
      const run = await lab.task({ type: 'RUNNING' }, { flowRun: flowRun });
      await lab.api.writeLogs([
        { name: 'n', level: 20, message: 'm', timestamp: iso(Date.now()), flowRunId: flowRun.id, taskRunId: run.id },
      ]);
      await lab.api.deleteTaskRun(run.id);
      lab.holds(await gone(() => lab.api.readTaskRun(run.id)), 'gone');
      lab.equal((await lab.api.readFlowRun(flowRun.id)).id, flowRun.id, 'the flow run stays');
      await noneLeft(lab, { taskRunId: { any: [run.id] } });
      let left: unknown[] = [];
      try {
        left = await lab.api.taskRunStates(run.id);
      } catch (error) {
        if (kindOf(error) !== 'not_found') throw error;
      }
      lab.equal(left, [], 'states');
    },
  },
  {
    id: 'O04',
    title: 'a bulk move gives each run its own verdict',
    run: async (lab) => {
      const first = await lab.run({ type: 'RUNNING' });
      const second = await lab.run({ type: 'PENDING' });
      const third = await lab.run({ type: 'COMPLETED', data: { type: 'reference' } });
      const all = [first, second, third];
      const out = await lab.api.bulkSetFlowRunState({ filter: ids(all), state: { type: 'RUNNING' } });
      lab.sameSet(
        out.map((verdict) => verdict.flowRunId),
        all.map((run) => run.id),
        'runs',
      );
      const by = (row: { id: string }) => out.find((next) => next.flowRunId === row.id);
      lab.equal([by(first)?.status, by(second)?.status, by(third)?.status], ['ACCEPT', 'ACCEPT', 'REJECT'], 'verdicts');
      if (lab.api.flavour === 'prefect3')
        lab.equal(
          out.map((one) => one.flowRunId),
          all
            .map((one) => one.id)
            .sort()
            .reverse(),
          'order',
        );
      const found = await lab.api.bulkSetFlowRunState({
        filter: ids([third]),
        state: { type: 'RUNNING' },
        force: true,
      });
      lab.equal(
        found.map((one) => one.status),
        ['ACCEPT'],
        'force',
      );
      lab.equal((await lab.api.readFlowRun(third.id)).stateType, 'RUNNING', 'stored');
      if (lab.api.features.has('bulkLimit'))
        await lab.refuses(
          'validation',
          () => lab.api.bulkSetFlowRunState({ filter: ids([first]), state: { type: 'RUNNING' }, limit: 51 }),
          'limit 51',
        );
      await lab.refuses('validation', () => lab.api.bulkSetFlowRunState({ filter: ids([first]) }), 'no state');
    },
  },
  {
    id: 'O06',
    title: 'labels of a flow run are merged',
    run: async (lab) => {
      const run = await lab.run(undefined, { labels: { a: 1, b: 'x' } });
      const read = async () => {
        const { 'prefect.flow.id': _, ...list } = (await lab.api.readFlowRun(run.id)).labels;
        return list;
      };
      await lab.api.patchLabels(run.id, { b: 'y' });
      lab.equal(await read(), { a: 1, b: 'y' }, 'merged');
      await lab.api.patchLabels(run.id, {});
      lab.equal(await read(), { a: 1, b: 'y' }, 'empty');
      await lab.refuses('not_found', () => lab.api.patchLabels(uuid(), { a: 1 }), 'unknown run', /not found/i);
    },
  },
  {
    id: 'O08',
    title: 'ten parallel updates of labels are all kept',
    run: async (lab) => {
      const run = await lab.run();
      await Promise.all(
        Array.from({ length: 10 }, (_, index) => lab.api.patchLabels(run.id, { [`k${index}`]: index })),
      );
      const count = Object.keys((await lab.api.readFlowRun(run.id)).labels).filter((key) => /^k\d$/.test(key)).length;
      if (lab.pick(true, false)) lab.holds(count >= 1 && count <= 10, 'Prefect 3 loses some', count);
      else lab.equal(count, 10, 'keys');
    },
  },
  {
    id: 'O10',
    title: 'any and notAny of a state type apply together',
    run: async (lab) => {
      const flow = await lab.flow();
      const first = await lab.run({ type: 'RUNNING' }, { flow });
      const second = await lab.run({ type: 'FAILED' }, { flow });
      const got = await lab.api.filterFlowRuns({
        filter: {
          flows: { id: { any: [flow.id] } },
          flowRuns: { state: { type: { any: ['RUNNING', 'FAILED'], notAny: ['FAILED'] } } },
        },
      });
      lab.sameSet(
        got.map((run) => run.id),
        lab.pick([first.id, second.id], [first.id]),
        'runs',
      );
      lab.holds(first.id !== second.id, 'two runs', first.id);
    },
  },
];
