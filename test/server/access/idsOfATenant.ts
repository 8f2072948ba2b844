import { execute, type GraphQLSchema, parse } from 'graphql';
import { contextFor } from '../../support/contextFor.ts';
import type { TestEngine } from '../../support/engine.ts';

type Ids = { [kind: string]: string };

/** The objects in the order in which they need each other, with the path to the id in the payload. */
const CREATE: [kind: string, document: (ids: Ids) => string, path: string][] = [
  ['flow', () => 'createFlow(input: { name: "f" }) { flow { id } }', 'flow.id'],
  ['flowRun', ({ flow }) => `createFlowRun(input: { flowId: "${flow}" }) { flowRun { id } }`, 'flowRun.id'],
  [
    'taskRun',
    ({ flowRun }) =>
      `createTaskRun(input: { flowRunId: "${flowRun}", taskKey: "t", dynamicKey: "0" }) { taskRun { id } }`,
    'taskRun.id',
  ],
  [
    'deployment',
    ({ flow }) => `createDeployment(input: { flowId: "${flow}", name: "d" }) { deployment { id } }`,
    'deployment.id',
  ],
  ['workPool', () => 'createWorkPool(input: { name: "pool", type: "process" }) { workPool { id } }', 'workPool.id'],
  [
    'workQueue',
    () => 'createWorkQueue(input: { workPoolName: "pool", name: "queue" }) { workQueue { id } }',
    'workQueue.id',
  ],
  [
    'concurrencyLimit',
    () => 'createConcurrencyLimit(input: { tag: "tag", limit: 1 }) { concurrencyLimit { id } }',
    'concurrencyLimit.id',
  ],
  ['bulkJob', () => 'bulkDeleteFlowRuns(input: { filter: { name: { in: ["none"] } } }) { job { id } }', 'job.id'],
  ['project', ({ tenant }) => `create_project(input: { tenant_id: "${tenant}", name: "p" }) { id }`, 'id'],
  ['agentConfig', ({ tenant }) => `create_agent_config(input: { tenant_id: "${tenant}", name: "c" }) { id }`, 'id'],
  [
    'agent',
    ({ tenant }) => `register_agent(input: { tenant_id: "${tenant}", type: "local", labels: [] }) { id }`,
    'id',
  ],
  [
    'cloudHook',
    ({ tenant }) =>
      `create_cloud_hook(input: { tenant_id: "${tenant}", type: PREFECT_MESSAGE, states: ["FAILED"], config: {} }) { id }`,
    'id',
  ],
  [
    'taskRunArtifact',
    ({ taskRun }) => `create_task_run_artifact(input: { task_run_id: "${taskRun}", kind: "link", data: {} }) { id }`,
    'id',
  ],
];

/** Creates one object of each kind as a client of the tenant. Returns the ids by kind. */
export async function idsOfATenant({ engine }: TestEngine, schema: GraphQLSchema, tenantId: string): Promise<Ids> {
  const ids: Ids = { tenant: tenantId };
  for (const [kind, document, path] of CREATE) {
    const { data, errors } = await execute({
      schema,
      document: parse(`mutation { made: ${document(ids)} }`),
      contextValue: contextFor(engine, { tenantId, role: 'ADMIN' }),
    });
    if (errors?.[0]) throw errors[0];
    let found: unknown = data?.made;
    for (const key of path.split('.')) found = Reflect.get(Object(found), key);
    ids[kind] = String(found);
  }
  return ids;
}
