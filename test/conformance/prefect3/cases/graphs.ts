import { Skip } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { inSeconds, uuid } from '../moments.ts';
import type { StateInput, TaskInput } from '../values.ts';

interface Row {
  id: string;
}
const node = (
  lab: Lab,
  flowRun: Row,
  fields: { name: string; state?: StateInput; inputs?: { [parameter: string]: TaskInput[] } | undefined },
) => lab.task(fields.state ?? { type: 'RUNNING' }, { flowRun: flowRun, name: fields.name, taskInputs: fields.inputs });
const task = (run: Row): TaskInput => ({ kind: 'task_run', id: run.id });
const graph = async (lab: Lab, flowRun: Row, options: { since?: string } = {}) => {
  const found = await lab.api.flowRunGraph(flowRun.id, options);
  return {
    ...found,
    of: (run: Row) => found.nodes.find((one) => one.id === run.id),
    ids: found.nodes.map((one) => one.id),
  };
};
const withSub = async (lab: Lab, flowRun: Row, state: StateInput, inputs?: { [parameter: string]: TaskInput[] }) => {
  const wrapper = await node(lab, flowRun, { name: 'wrapper', state: { type: 'PENDING' }, inputs });
  const flow = await lab.flow();
  const sub = await lab.run(state, { flow, parentTaskRunId: wrapper.id, name: 'the-sub' });
  return { wrapper, sub, flow };
};

export const graphsCases: ConformanceCase[] = [
  {
    id: 'L08',
    title: 'dependencies contain each upstream task run once',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      const first = await node(lab, flowRun, { name: 'a' });
      const second = await node(lab, flowRun, { name: 'b', inputs: { x: [task(first)], y: [task(first)] } });
      const details = await lab.api.flowRunDependencies(flowRun.id);
      lab.sameSet(
        details.map((one) => one.id),
        [first.id, second.id],
        'task runs',
      );
      lab.equal(details.find((one) => one.id === second.id)?.upstream, [first.id], 'upstream once');
      lab.equal(details.find((one) => one.id === first.id)?.upstream, [], 'root');
      await lab.refuses('not_found', () => lab.api.flowRunDependencies(uuid()), 'unknown run');
    },
  },
  {
    id: 'L20',
    title: 'dependencies contain no parameters and constants',
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
          (await attempt()).map((one) => [one.id, one.upstream]),
          [[first.id, []]],
          'no upstream',
        );
    },
  },
  {
    id: 'L10',
    title: 'a graph links task runs with their inputs',
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
    title: 'a graph shows a subflow instead of its parent task run',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      const { wrapper: run, sub, flow } = await withSub(lab, flowRun, { type: 'RUNNING' });
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
    title: 'a graph with `since` leaves out nodes that ended before',
    run: async (lab) => {
      const flowRun = await lab.run({ type: 'RUNNING' });
      const old = await node(lab, flowRun, { name: 'old' });
      const live = await node(lab, flowRun, { name: 'live' });
      await lab.api.setTaskRunState(old.id, { type: 'FAILED' });
      await lab.timePasses();
      const late = await node(lab, flowRun, { name: 'late' });
      const time = late.state?.timestamp;
      await lab.api.setTaskRunState(late.id, { type: 'FAILED' });
      lab.sameSet((await graph(lab, flowRun, { since: time })).ids, [live.id, late.id], 'since');
      lab.sameSet((await graph(lab, flowRun)).ids, [old.id, live.id, late.id], 'all');
    },
  },
  {
    id: 'L16',
    title: 'a graph with too many nodes is rejected',
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
    title: 'the graph of a flow run without task runs is empty and that of an unknown one is not found',
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
