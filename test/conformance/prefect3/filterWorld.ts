import type { Api } from './api.ts';
import type { Filter } from './filters.ts';
import type { Lab } from './lab.ts';
import { inSeconds, unique } from './moments.ts';
import type { FlowRun, FlowRunInput, TaskRun, TaskRunInput } from './values.ts';

type RunKey = 'r1' | 'r2' | 'r3' | 'r4' | 'r5' | 'r6';
type TaskKey = 't1' | 't2' | 't3' | 't4';

/** A few runs that differ in every filtered field. Cases name them by their keys: `r1 r4`. */
export interface FilterWorld {
  /** A part of every name. */
  suffix: string;
  flowIds: string[];
  deploymentId: string;
  pool: { name: string; defaultQueueName: string } | null;
  /** The scheduled time of r2. */
  dueAt: string;
  runs: Record<RunKey, FlowRun>;
  tasks: Record<TaskKey, TaskRun>;
}

const worlds = new WeakMap<Api, Promise<FilterWorld>>();

/** One world per server: the cases only read it. */
export function filterWorld({ raw }: Lab): Promise<FilterWorld> {
  const world = worlds.get(raw) ?? createWorld(raw);
  worlds.set(raw, world);
  return world;
}

async function createWorld(api: Api): Promise<FilterWorld> {
  const suffix = unique('w');
  const flow = await api.createFlow({ name: `kflow-${suffix}`, tags: ['fa', 'fb'] });
  const otherFlow = await api.createFlow({ name: `gflow-${suffix}` });
  const deployment = await api.createDeployment({ flowId: flow.id, name: `kdep-${suffix}`, tags: ['da'] });
  const pool = api.features.has('workPools') ? await api.createWorkPool({ name: unique('pool') }) : null;
  const dueAt = inSeconds(5000);
  const create = async (name: string, more: Partial<FlowRunInput>) =>
    (await api.createFlowRun({ flowId: flow.id, name: `${name}-${suffix}`, ...more })).run.id;
  const createTask = async (name: string, more: Partial<TaskRunInput>) =>
    (await api.createTaskRun({ taskKey: 'key', dynamicKey: name, name: `${name}-${suffix}`, ...more })).run.id;

  const r1 = await create('Marvin-1', {
    tags: ['x', 'y'],
    state: { type: 'RUNNING' },
    flowVersion: `v1-${suffix}`,
    idempotencyKey: `k1-${suffix}`,
  });
  const due = { type: 'SCHEDULED', details: { scheduledTime: dueAt } };
  const r2 = await create('sad-marvin', { tags: ['x'], state: due, deploymentId: deployment.id });
  const r3 = await create('paranoid', {
    tags: [],
    state: { type: 'COMPLETED' },
    flowVersion: `v2-${suffix}`,
    ...(pool && { workPoolName: pool.name, workQueueName: pool.defaultQueueName }),
  });
  const r4 = await create('android', {
    tags: ['x', 'y', 'z'],
    state: { type: 'FAILED', name: 'Oops' },
    deploymentId: deployment.id,
    idempotencyKey: `k4-${suffix}`,
  });
  const t1 = await createTask('fetch', { flowRunId: r1, tags: ['a', 'b'], state: { type: 'RUNNING' } });
  const t2 = await createTask('store', { flowRunId: r1, state: { type: 'COMPLETED' } });
  // Its parent t2 becomes PENDING, too.
  const r5 = await create('sub', { parentTaskRunId: t2, state: { type: 'PENDING' } });
  const r6 = await create('other', { flowId: otherFlow.id, tags: ['q'], state: { type: 'CANCELLED' } });
  const t3 = await createTask('free', { taskKey: `free-${suffix}`, tags: ['a'], state: { type: 'PENDING' } });
  const t4 = await createTask('late', { flowRunId: r4, state: { type: 'FAILED' } });

  const runs = { r1, r2, r3, r4, r5, r6 };
  const tasks = { t1, t2, t3, t4 };
  return {
    suffix,
    flowIds: [flow.id, otherFlow.id],
    deploymentId: deployment.id,
    pool,
    dueAt,
    runs: await readAll(runs, api.readFlowRun),
    tasks: await readAll(tasks, api.readTaskRun),
  };
}

async function readAll<Key extends string, Row>(ids: Record<Key, string>, read: (id: string) => Promise<Row>) {
  const entries: [string, Row][] = [];
  for (const [key, id] of Object.entries<string>(ids)) entries.push([key, await read(id)]);
  return Object.fromEntries(entries) as Record<Key, Row>; // The cast: the same keys.
}

export const ALL_RUNS = 'r1 r2 r3 r4 r5 r6';

export const keyOf = (rows: Record<string, { id: string }>, id: string): string =>
  Object.keys(rows).find((key) => rows[key]?.id === id) ?? `stranger ${id}`;

/** Restricts a filter to the world. */
export const inWorld = ({ flowIds }: FilterWorld, filter: Filter = {}): Filter => ({
  ...filter,
  flows: { id: { any: flowIds }, ...filter.flows },
});

/** Returns the keys of the flow runs that match a filter. The count must agree, and the keys if they are given. */
export async function finds(lab: Lab, world: FilterWorld, filter: Filter, label: string, expected?: string) {
  const scoped = inWorld(world, filter);
  const rows = await lab.api.filterFlowRuns({ filter: scoped, limit: 200 });
  const keys = rows.map((run) => keyOf(world.runs, run.id)).sort();
  lab.equal(await lab.api.countFlowRuns({ filter: scoped }), keys.length, `${label}: count`);
  if (expected !== undefined) lab.equal(keys.join(' '), expected, label);
  return keys;
}

export const findsRuns = (
  lab: Lab,
  world: FilterWorld,
  clauses: Filter['flowRuns'] & object,
  label: string,
  expected: string,
) => finds(lab, world, { flowRuns: clauses }, label, expected);

/** Returns the keys of the task runs that match a filter. */
export async function findsTasks(lab: Lab, world: FilterWorld, filter: Filter, label: string, expected?: string) {
  const scoped = { ...filter, taskRuns: { name: { like: world.suffix }, ...filter.taskRuns } };
  const rows = await lab.api.filterTaskRuns({ filter: scoped, limit: 200 });
  const keys = rows.map((run) => keyOf(world.tasks, run.id)).sort();
  lab.equal(await lab.api.countTaskRuns({ filter: scoped }), keys.length, `${label}: count`);
  if (expected !== undefined) lab.equal(keys.join(' '), expected, label);
}
