import { Skip } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { Filter } from '../filters.ts';
import type { Lab } from '../lab.ts';
import { inSeconds, iso, sleep, uuid } from '../moments.ts';
import type { StateInput, TaskInput } from '../values.ts';

interface Row {
  id: string;
}
const otherDAY = 86400;
const BASE = Date.parse('2031-03-01T00:00:00Z');
const at = (seconds: number) => iso(BASE + seconds * 1000);
const history = (lab: Lab, flow: Row, start: string, end: string, intervalSeconds: number, more: Filter = {}) =>
  lab.api.flowRunHistory({ start, end, intervalSeconds, filter: { flows: { id: { any: [flow.id] } }, ...more } });
const scheduled = (lab: Lab, flow: Row, text: string) =>
  lab.run({ type: 'SCHEDULED', name: 'Waiting', details: { scheduledTime: text } }, { flow });
const bucketCounts = async (lab: Lab, list: [end: number, step: number, n: number, label: string][]) => {
  const flow = await lab.flow();
  for (const [end, step, count, label] of list) {
    const buckets = await history(lab, flow, at(0), at(end), step);
    lab.equal(buckets.length, count, label);
    if (count) {
      lab.sameTime(buckets[0]?.start, at(0), `${label}: first`);
      lab.sameTime(buckets.at(-1)?.end, at(count * step), `${label}: last`);
    }
  }
};
const node = (
  lab: Lab,
  flowRun: Row,
  fields: { name: string; state?: StateInput; inputs?: { [parameter: string]: TaskInput[] } | undefined },
) => lab.task(fields.state ?? { type: 'RUNNING' }, { flowRun: flowRun, name: fields.name, taskInputs: fields.inputs });
const task = (run: Row): TaskInput => ({ kind: 'task_run', id: run.id });
const graph = async (lab: Lab, flowRun: Row, options: { since?: string } = {}) => {
  const page = await lab.api.flowRunGraph(flowRun.id, options);
  return {
    ...page,
    of: (run: Row) => page.nodes.find((count) => count.id === run.id),
    ids: page.nodes.map((otherNode) => otherNode.id),
  };
};
const withSub = async (lab: Lab, flowRun: Row, state: StateInput, inputs?: { [parameter: string]: TaskInput[] }) => {
  const run = await node(lab, flowRun, { name: 'wrapper', state: { type: 'PENDING' }, inputs });
  const flow = await lab.flow();
  const sub = await lab.run(state, { flow, parentTaskRunId: run.id, name: 'the-sub' });
  return { w: run, sub, flow };
};

export const historyGraphCases: ConformanceCase[] = [
  {
    id: 'L02',
    title: 'at most 500 buckets',
    run: (lab) =>
      bucketCounts(lab, [
        [10 * otherDAY, 60, 500, '10 days by 1 min'],
        [500 * 60, 60, 500, 'exactly 500'],
      ]),
  },
  {
    id: 'L04',
    title: 'no range; too short an interval',
    run: async (lab) => {
      const flow = await lab.flow();
      for (const end of [at(0), at(-100)]) lab.equal(await history(lab, flow, at(0), end, 60), [], end);
      await lab.refuses('validation', () => history(lab, flow, at(0), at(100), 0.9), 'interval 0.9', /1 second/);
      lab.equal((await history(lab, flow, at(0), at(10), 1)).length, 10, 'interval 1');
    },
  },
  {
    id: 'L06',
    title: 'per state: count, run time, lateness',
    run: async (lab) => {
      const flow = await lab.flow();
      const late = inSeconds(-100);
      for (let index = 0; index < 2; index++) await scheduled(lab, flow, late);
      await lab.run({ type: 'SCHEDULED', name: 'Foo', details: { scheduledTime: inSeconds(50) } }, { flow });
      const third = await lab.run({ type: 'RUNNING' }, { flow });
      await sleep(300);
      await lab.api.setFlowRunState(third.id, { type: 'COMPLETED' });
      const [second] = await history(lab, flow, inSeconds(-1000), inSeconds(1000), 2000);
      const one = (type: string, name: string) =>
        second?.states.find((state) => state.type === type && state.name === name);
      lab.equal(second?.states.length, 3, 'entries');
      lab.equal(
        [one('SCHEDULED', 'Waiting')?.count, one('SCHEDULED', 'Foo')?.count, one('COMPLETED', 'Completed')?.count],
        [2, 1, 1],
        'counts',
      );
      lab.near(one('SCHEDULED', 'Waiting')?.sumLateness, 200, 6, 'lateness');
      lab.near(one('SCHEDULED', 'Foo')?.sumLateness, 0, 0.001, 'never negative');
      const total = (await lab.api.readFlowRun(third.id)).totalRunTime;
      lab.holds(total > 0.25, 'it ran', total);
      lab.near(one('COMPLETED', 'Completed')?.sumRunTime, total, 0.002, 'run time');
      lab.near(one('SCHEDULED', 'Waiting')?.sumRunTime, 0, 0.001, 'no run time');
    },
  },
  {
    id: 'L08',
    title: 'dependencies (graph v1)',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      const first = await node(lab, flowRun, { name: 'a' });
      const second = await node(lab, flowRun, { name: 'b', inputs: { x: [task(first)], y: [task(first)] } });
      const details = await lab.api.flowRunDependencies(flowRun.id);
      lab.sameSet(
        details.map((count) => count.id),
        [first.id, second.id],
        'task runs',
      );
      lab.equal(details.find((otherNode) => otherNode.id === second.id)?.upstream, [first.id], 'upstream once');
      lab.equal(details.find((thirdNode) => thirdNode.id === first.id)?.upstream, [], 'root');
      await lab.refuses('not_found', () => lab.api.flowRunDependencies(uuid()), 'unknown run');
    },
  },
  {
    id: 'L20',
    title: 'dependencies with other inputs (section 9, 4)',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      const first = await node(lab, flowRun, {
        name: 'a',
        inputs: { p: [{ kind: 'parameter', name: 'n' }], q: [{ kind: 'constant', type: 'int' }] },
      });
      const attempt = () => lab.api.flowRunDependencies(flowRun.id);
      if (lab.pick(true, false)) await lab.refuses('internal', attempt, 'Prefect 3 fails');
      else
        lab.equal(
          (await attempt()).map((count) => [count.id, count.upstream]),
          [[first.id, []]],
          'no upstream',
        );
    },
  },
  {
    id: 'L10',
    title: 'linked tasks',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      const first = await node(lab, flowRun, { name: 'a' });
      const second = await node(lab, flowRun, { name: 'b', inputs: { x: [task(first)] } });
      const third = await node(lab, flowRun, { name: 'd', inputs: { x: [task(second)], y: [task(first)] } });
      const page = await graph(lab, flowRun);
      lab.equal(page.of(first)?.children, [second.id, third.id], 'children by start');
      lab.equal(page.of(third)?.parents, [first.id, second.id], 'parents by start');
      lab.equal(page.rootIds, [first.id], 'roots');
      lab.equal(page.of(first)?.parents, [], 'a root has no parents');
    },
  },
  {
    id: 'L12',
    title: 'a subflow stands for its wrapper',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      const { w: run, sub, flow } = await withSub(lab, flowRun, { type: 'RUNNING' });
      const page = await graph(lab, flowRun);
      const count = page.of(sub);
      lab.equal(page.ids, [sub.id], 'the wrapper is gone');
      lab.equal(
        [count?.kind, count?.label, count?.stateType],
        ['flow-run', `${flow.name} / the-sub`, 'RUNNING'],
        'node',
      );
      lab.sameTime(count?.startTime, sub.startTime, 'start');
      const future = inSeconds(500);
      const other = await withSub(lab, flowRun, { type: 'SCHEDULED', details: { scheduledTime: future } });
      lab.sameTime((await graph(lab, flowRun)).of(other.sub)?.startTime, future, 'not started: expected start');
      lab.holds(run.id !== sub.id, 'two runs', run.id);
    },
  },
  {
    id: 'L14',
    title: 'since',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      const old = await node(lab, flowRun, { name: 'old' });
      const live = await node(lab, flowRun, { name: 'live' });
      await lab.api.setTaskRunState(old.id, { type: 'FAILED' });
      await sleep(60);
      const time = iso(Date.now());
      await sleep(60);
      const late = await node(lab, flowRun, { name: 'late' });
      await lab.api.setTaskRunState(late.id, { type: 'FAILED' });
      lab.sameSet((await graph(lab, flowRun, { since: time })).ids, [live.id, late.id], 'since');
      lab.sameSet((await graph(lab, flowRun)).ids, [old.id, live.id, late.id], 'all');
    },
  },
  {
    id: 'L16',
    title: 'too many nodes',
    seconds: 60,
    run: async (lab) => {
      const max = lab.api.settings.graphNodeLimit;
      if (!max) throw new Skip('the bound of nodes of this server is not known, or too high to be reached here');
      const flowRun = await lab.run({ type: 'RUNNING' });
      for (let index = 0; index < max; index++) await node(lab, flowRun, { name: `n${index}` });
      lab.equal((await graph(lab, flowRun)).ids.length, max, 'the most');
      await node(lab, flowRun, { name: 'one more' });
      await lab.refuses(
        lab.pick('bad_request', ['bad_request', 'validation', 'conflict']),
        () => graph(lab, flowRun),
        'one more',
        /more than/,
      );
    },
  },
  {
    id: 'L18',
    title: 'graph: unknown run, no tasks',
    run: async (lab) => {
      await lab.refuses('not_found', () => lab.api.flowRunGraph(uuid()), 'unknown');
      const flowRun = await lab.run({ type: 'RUNNING' });
      const page = await graph(lab, flowRun);
      lab.equal([page.nodes, page.rootIds], [[], []], 'no tasks');
      lab.equal(
        page.states?.map((state) => state.type),
        ['RUNNING'],
        'states',
      );
    },
  },
];
