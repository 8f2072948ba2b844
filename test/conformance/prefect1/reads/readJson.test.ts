import { expect, test } from 'vitest';
import { unique } from '../support/expectations.ts';
import { document, mutate, query } from '../support/prefect1Client.ts';
import { servePrefect1 } from '../support/prefect1Server.ts';
import type { Part } from '../support/serializedFlows.ts';
import {
  basicFlow,
  createFlow,
  emptyFlow,
  newProject,
  readRun,
  setFlowRun,
  setTaskRun,
  startRun,
  tenant,
} from '../support/world.ts';

servePrefect1();

const namesOf = (rows: { name: string }[]) => rows.map(({ name }) => name).sort();
const RUNS = document<{ flow_run: { name: string }[] }>(
  'query($flow: uuid!, $where: flow_run_bool_exp!) { flow_run(where: { flow_id: { _eq: $flow }, _and: [$where] }) { name } }',
);
const SETTINGS = document<{ flow_group: { id: string }[] }>(
  'query($groups: [uuid!], $is: jsonb) { flow_group(where: { id: { _in: $groups }, settings: { _contains: $is } }) { id } }',
);
const HOOKS = document<Record<'any' | 'all', { name: string }[]>>(`query($group: String!, $states: [String!]) {
  any: cloud_hook(where: { version_group_id: { _eq: $group }, states: { _has_keys_any: $states } }) { name }
  all: cloud_hook(where: { version_group_id: { _eq: $group }, states: { _has_keys_all: $states } }) { name }
}`);

test('JSON columns can be searched', async () => {
  const flow = await emptyFlow();
  const runs = [
    { flow_run_name: 'none', labels: [], parameters: {} },
    { flow_run_name: 'a', labels: ['a'], parameters: { x: 1 } },
    { flow_run_name: 'ab', labels: ['a', 'b'], parameters: { x: { y: [1, 2] } } },
  ];
  for (const run of runs) await startRun(flow.id, run);
  const rows: [Part, string[]][] = [
    [{ labels: { _contains: ['a'] } }, ['a', 'ab']],
    [{ labels: { _contains: [] } }, ['a', 'ab', 'none']],
    [{ labels: { _contained_in: ['a', 'c'] } }, ['a', 'none']],
    [{ labels: { _has_key: 'b' } }, ['ab']],
    [{ labels: { _has_keys_any: ['b', 'z'] } }, ['ab']],
    [{ labels: { _has_keys_any: ['a', 'b'] } }, ['a', 'ab']],
    [{ labels: { _has_keys_all: ['a', 'b'] } }, ['ab']],
    [{ labels: { _eq: [] } }, ['none']],
    [{ labels: { _neq: ['a'] } }, ['ab', 'none']],
    [{ parameters: { _contains: { x: 1 } } }, ['a']],
    [{ parameters: { _contains: { x: { y: [2] } } } }, ['ab']],
    [{ parameters: { _has_key: 'x' } }, ['a', 'ab']],
    [{ parameters: { _contained_in: { x: 1, z: 2 } } }, ['a', 'none']],
  ];
  for (const [where, names] of rows)
    expect(namesOf((await query(RUNS, { flow: flow.id, where })).flow_run), JSON.stringify(where)).toEqual(names);
});

test('settings of groups and states of hooks can be searched', async () => {
  const [on, off] = [await emptyFlow(), await emptyFlow()];
  await mutate('disable_flow_heartbeat', { flow_id: off.id });
  const groups = [on.flow_group_id, off.flow_group_id];
  const { flow_group } = await query(SETTINGS, { groups, is: { heartbeat_enabled: false } });
  expect(flow_group).toEqual([{ id: off.flow_group_id }]);

  const version_group_id = unique('group');
  const hook = {
    tenant_id: await tenant(),
    type: 'WEBHOOK',
    version_group_id,
    config: { url: 'https://hooks.example.com/' },
  };
  await mutate('create_cloud_hook', { ...hook, name: 'one', states: ['FAILED'] });
  await mutate('create_cloud_hook', { ...hook, name: 'two', states: ['FAILED', 'SUCCESS'] });
  await mutate('create_cloud_hook', { ...hook, name: 'three', states: ['RUNNING'] });
  const { any, all } = await query(HOOKS, { group: version_group_id, states: ['FAILED', 'SUCCESS'] });
  expect([namesOf(any), namesOf(all)]).toEqual([['one', 'two'], ['two']]);
});

const RELATIONS = document<Record<string, unknown[]>>(`query($project: uuid!, $run: uuid!) {
  object: flow_run(where: { flow: { project: { id: { _eq: $project } } } }) { id }
  array: flow(where: { project_id: { _eq: $project }, flow_runs: { state: { _eq: "Running" } } }) { id }
  none: flow(where: { project_id: { _eq: $project }, _not: { flow_runs: {} } }) { id }
  deep_array: project(where: { id: { _eq: $project }, flows: { flow_runs: { task_runs: { state: { _eq: "Success" }, task: { slug: { _eq: "t1" } } } } } }) { id }
  deep_none: project(where: { id: { _eq: $project }, flows: { flow_runs: { task_runs: { state: { _eq: "Success" }, task: { slug: { _eq: "t2" } } } } } }) { id }
  task_runs: task_run(where: { flow_run: { flow: { project_id: { _eq: $project } }, state: { _eq: "Running" } }, task: { slug: { _in: ["t1", "x"] } } }, order_by: { task: { slug: asc } }) { flow_run_id task { slug } }
  same_child: flow_run(where: { id: { _eq: $run }, states: { state: { _eq: "Scheduled" }, version: { _eq: 2 } } }) { id }
  two_children: flow_run(where: { id: { _eq: $run }, _and: [{ states: { state: { _eq: "Scheduled" } } }, { states: { version: { _eq: 2 } } }] }) { id }
}`);

test('conditions can use relations', async () => {
  const project = await newProject();
  const [flow, idle] = [await basicFlow({ project }), await createFlow({ project })];
  const run = await startRun(flow.id);
  await setFlowRun(run, 'Running');
  await setTaskRun((await readRun(run)).taskRun('t1').id, 'Success');
  expect(await query(RELATIONS, { project, run })).toEqual({
    object: [{ id: run }],
    array: [{ id: flow.id }],
    none: [{ id: idle }],
    deep_array: [{ id: project }],
    deep_none: [],
    task_runs: ['t1', 'x'].map((slug) => ({ flow_run_id: run, task: { slug } })),
    same_child: [],
    two_children: [{ id: run }],
  });
});
