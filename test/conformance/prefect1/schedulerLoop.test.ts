import { expect, test } from 'vitest';
import { until } from './support/expectations.ts';
import { document, query, succeeds } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { cron, schedule } from './support/serializedFlows.ts';
import { createFlow, readFlow, readRun } from './support/world.ts';

servePrefect1({ FLOWQL_SCHEDULER_SECONDS: '1' });

const RUNS = document<{ flow_run: { id: string }[] }>(
  'query($flow: uuid!) { flow_run(where: { flow_id: { _eq: $flow }, auto_scheduled: { _eq: true } }) { id } }',
);
const scheduledRuns = (flow: string, count: number) =>
  until(
    async () => (await query(RUNS, { flow })).flow_run,
    (runs) => runs.length === count,
  );

test('the scheduler creates the runs of a group schedule and replaces a missing one', async () => {
  const flow = await readFlow(await createFlow({ flow: { schedule: schedule(cron('0 0 * * *')) } }));
  const archived = await createFlow({ flow: { schedule: schedule(cron('0 0 * * *')) }, set_schedule_active: true });
  await succeeds('archive_flow', { flow_id: archived });
  const { flow_group_id } = flow;
  const old = await scheduledRuns(flow.id, 10);
  await succeeds('set_flow_group_schedule', { flow_group_id, cron_clocks: [{ cron: '30 12 * * *' }] });
  const runs = await scheduledRuns(flow.id, 10);
  expect(runs).toHaveLength(10);
  expect(runs.filter(({ id }) => old.some((one) => one.id === id))).toEqual([]);
  const { state_start_time } = await readRun(runs[0]?.id ?? '');
  expect(new Date(state_start_time).toISOString()).toMatch(/T12:30:00.000Z$/);
  expect((await query(RUNS, { flow: archived })).flow_run).toEqual([]);
});

test('a malformed schedule is rejected, and the schedules of other flows are followed', async () => {
  const { project_id: project } = await readFlow(await createFlow());
  const malformed = createFlow({
    project,
    flow: { schedule: schedule({ type: 'IntervalClock', interval: 'no number' }) },
  });
  await expect(malformed).rejects.toThrow();
  const healthy = await readFlow(await createFlow({ project }));
  await succeeds('set_flow_group_schedule', {
    flow_group_id: healthy.flow_group_id,
    interval_clocks: [{ interval: 3600 }],
  });
  await succeeds('set_schedule_active', { flow_id: healthy.id });
  expect(await scheduledRuns(healthy.id, 10)).toHaveLength(10);
});
