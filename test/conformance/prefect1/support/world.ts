import { unique } from './expectations.ts';
import { document, mutate, query } from './prefect1Client.ts';
import { type FlowRow, type FlowRunRow, READ_FLOW, READ_FLOW_RUN, READ_TASK_RUN, type TaskRunRow } from './rows.ts';
import { basicTasks, compress, edge, type Part, parameter, serialized } from './serializedFlows.ts';

const TENANTS = document<{ tenant: { id: string }[] }>('query { tenant { id } }');

/** Returns the tenant that a client uses: the first one. */
export async function tenant(): Promise<string> {
  return found((await query(TENANTS)).tenant[0], 'tenant').id;
}

export async function newTenant(): Promise<string> {
  const slug = unique('t');
  return (await mutate('create_tenant', { name: slug, slug })).id;
}

export const newProject = async (tenantId?: string) =>
  (await mutate('create_project', { tenant_id: tenantId ?? (await tenant()), name: unique('project') })).id;

const found = <Row>(row: Row | null | undefined, what: string): Row => {
  if (!row) throw new Error(`there is no ${what}`);
  return row;
};

/** Returns a lookup of entries by name that fails for an unknown name. */
const byName =
  <Entry>(entries: [string, Entry][]) =>
  (name: string): Entry =>
    found(new Map(entries).get(name), name);

export const readFlow = async (id: string): Promise<FlowRow> =>
  found((await query(READ_FLOW, { id })).flow_by_pk, `flow ${id}`);

interface Registration extends Part {
  project?: string;
  /** Additional fields of the serialized flow. */
  flow?: Part;
}

/** Registers a flow in one request. */
export async function createFlow({ project, flow = {}, ...input }: Registration = {}): Promise<string> {
  const project_id = project ?? (await newProject());
  return (await mutate('create_flow', { project_id, serialized_flow: serialized(flow), ...input })).id;
}

/** Registers a flow as the client does: compressed, then its tasks, then its edges. */
export async function basicFlow({
  project,
  flow = {},
  tasks = basicTasks(),
  edges = [edge('t1', 't2')],
  ...input
}: Registration & { tasks?: ReturnType<typeof basicTasks>; edges?: Part[] } = {}) {
  const project_id = project ?? (await newProject());
  const parameters = tasks.some(({ slug }) => slug === 'x') ? [parameter('x')] : [];
  const { id } = await mutate('create_flow_from_compressed_string', {
    project_id,
    serialized_flow: compress(serialized({ parameters, ...flow })),
    set_schedule_active: false,
    version_group_id: null,
    ...input,
  });
  await mutate('register_tasks', { flow_id: id, serialized_tasks: tasks });
  await mutate('register_edges', { flow_id: id, serialized_edges: edges });
  const row = await readFlow(id);
  return { ...row, taskId: byName(row.tasks.map(({ slug, id: taskId }) => [slug, taskId])) };
}

/** Registers a flow without tasks, for cases about flow runs only. */
export const emptyFlow = (registration: Registration = {}) => basicFlow({ tasks: [], edges: [], ...registration });

export const startRun = async (flow_id: string, input: Part = {}) =>
  (await mutate('create_flow_run', { flow_id, ...input })).id;

/** Reads a flow run with its history and task runs: `taskRun('t1')` by its task, `taskRun('t1[3]')` a mapped one. */
export async function readRun(id: string): Promise<FlowRunRow & { taskRun: (name: string) => TaskRunOfRun }> {
  const row = found((await query(READ_FLOW_RUN, { id })).flow_run_by_pk, `flow run ${id}`);
  const named = row.task_runs.map((taskRun): [string, TaskRunOfRun] => [
    taskRun.map_index === -1 ? taskRun.task.slug : `${taskRun.task.slug}[${taskRun.map_index}]`,
    taskRun,
  ]);
  return { ...row, taskRun: byName(named) };
}
type TaskRunOfRun = FlowRunRow['task_runs'][number];

export const readTaskRun = async (id: string): Promise<TaskRunRow> =>
  found((await query(READ_TASK_RUN, { id })).task_run_by_pk, `task run ${id}`);

export const state = (type: string, rest: Part = {}) => ({ type, message: null, ...rest });
const proposed = (given: string | Part) => (typeof given === 'string' ? state(given) : given);

export async function setFlowRun(flow_run_id: string, given: string | Part, headers: Record<string, string> = {}) {
  const states = [{ flow_run_id, version: null, state: proposed(given) }];
  return found((await mutate('set_flow_run_states', { states }, { headers })).states[0], 'answer');
}

export async function setTaskRun(task_run_id: string, given: string | Part) {
  const states = [{ task_run_id, version: null, state: proposed(given) }];
  return found((await mutate('set_task_run_states', { states })).states[0], 'answer');
}

export const child = async (flow_run_id: string, task_id: string, map_index: number) =>
  (await mutate('get_or_create_task_run', { flow_run_id, task_id, map_index })).id;

/** The 21 states that may be written. */
export const STATES =
  `Cached Cancelled Cancelling ClientFailed Failed Finished Looped Mapped Paused Pending Queued Resume
  Retrying Running Scheduled Skipped Submitted Success TimedOut TriggerFailed ValidationFailed`.split(/\s+/);
