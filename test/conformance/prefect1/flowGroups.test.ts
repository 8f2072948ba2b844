import { expect, test } from 'vitest';
import { nobody } from './support/expectations.ts';
import { refused, succeeds } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { universal } from './support/serializedFlows.ts';
import { emptyFlow, readFlow } from './support/world.ts';

servePrefect1();

/** Creates a flow. Returns it with the id of its group and a function that reads the group. */
async function made() {
  const flow = await emptyFlow();
  return {
    flow_id: flow.id,
    flow_group_id: flow.flow_group_id,
    read: async () => (await readFlow(flow.id)).flow_group,
  };
}

test('a flow group distinguishes null from an empty list of labels', async () => {
  const { flow_group_id, read } = await made();
  expect((await read()).labels).toBeNull();
  for (const labels of [['a'], [], null, []]) {
    await succeeds('set_flow_group_labels', { flow_group_id, labels });
    expect((await read()).labels).toEqual(labels);
  }
});

test('the description and run config of a flow group can be set and removed', async () => {
  const { flow_group_id, read } = await made();
  for (const description of ['what it does', null]) {
    await succeeds('set_flow_group_description', { flow_group_id, description });
    expect((await read()).description).toBe(description);
  }
  for (const run_config of [universal(['a']), null]) {
    await succeeds('set_flow_group_run_config', { flow_group_id, run_config });
    expect((await read()).run_config).toEqual(run_config);
  }
});

test('the default parameters of a flow group are replaced as a whole', async () => {
  const { flow_group_id, read } = await made();
  expect((await read()).default_parameters).toEqual({});
  for (const parameters of [{ a: 1, b: { c: [2] } }, { d: 3 }, {}]) {
    await succeeds('set_flow_group_default_parameters', { flow_group_id, parameters });
    expect((await read()).default_parameters).toEqual(parameters);
  }
});

test('changes of an unknown flow group do not succeed', async () => {
  const flow_group_id = nobody();
  await succeeds('set_flow_group_labels', { flow_group_id, labels: [] }, false);
  await succeeds('set_flow_group_default_parameters', { flow_group_id, parameters: {} }, false);
  await succeeds('delete_flow_group_schedule', { flow_group_id }, false);
});

test('heartbeats of a flow can be disabled and enabled', async () => {
  const { flow_id, read } = await made();
  await succeeds('disable_flow_heartbeat', { flow_id });
  expect((await read()).settings).toMatchObject({
    disable_heartbeat: true,
    heartbeat_enabled: false,
    lazarus_enabled: true,
  });
  await succeeds('enable_flow_heartbeat', { flow_id });
  expect((await read()).settings).toMatchObject({
    disable_heartbeat: false,
    heartbeat_enabled: true,
    lazarus_enabled: true,
  });
  for (const name of ['disable_flow_heartbeat', 'enable_flow_heartbeat'] as const)
    await refused(name, { flow_id: nobody() }, 'Invalid flow ID.');
});

test('parallel changes of the settings of a flow group are all kept', async () => {
  const { flow_id, read } = await made();
  await Promise.all([
    succeeds('disable_flow_heartbeat', { flow_id }),
    succeeds('disable_flow_lazarus_process', { flow_id }),
  ]);
  const both = { heartbeat_enabled: false, disable_heartbeat: true, lazarus_enabled: false };
  expect((await read()).settings).toMatchObject({ ...both, version_locking_enabled: false });
  await succeeds('enable_flow_heartbeat', { flow_id });
  expect((await read()).settings).toMatchObject({
    ...both,
    heartbeat_enabled: true,
    disable_heartbeat: false,
    version_locking_enabled: false,
  });
});
