import { expect, test } from 'vitest';
import { inAnyOrder, inSeconds, nobody } from './support/expectations.ts';
import { document, query, refused, succeeds } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { cron, interval, type Part, parameter, schedule, soon, universal } from './support/serializedFlows.ts';
import { createFlow, emptyFlow, readFlow, setFlowRun, startRun } from './support/world.ts';

servePrefect1();

const RUNS = document<{
  flow_run: {
    id: string;
    state: string;
    auto_scheduled: boolean;
    scheduled_start_time: string;
    parameters: Part;
    labels: string[];
  }[];
}>(`query($flow: uuid!) {
  flow_run(where: { flow_id: { _eq: $flow } }, order_by: [{ scheduled_start_time: asc }, { id: asc }]) {
    id state auto_scheduled scheduled_start_time parameters labels
  }
}`);
const runsOf = async (flow: string) => (await query(RUNS, { flow })).flow_run;
/** The runs of a schedule that have not moved. */
const scheduledRuns = async (flow: string) =>
  (await runsOf(flow)).filter((run) => run.auto_scheduled && run.state === 'Scheduled');

const HOUR = 3600;
const daily = () => schedule(cron('0 0 * * *'));
/** Creates a flow with an inactive schedule. */
const waiting = (clocks: Part[], flow: Part = {}) =>
  createFlow({ flow: { schedule: schedule(...clocks), ...flow }, set_schedule_active: false });
const activate = (flow_id: string) => succeeds('set_schedule_active', { flow_id });

test('an active schedule creates ten runs', async () => {
  const id = await createFlow({ flow: { schedule: daily() } });
  expect((await readFlow(id)).is_schedule_active).toBe(true);
  const starts = (await scheduledRuns(id)).map((run) => Date.parse(run.scheduled_start_time));
  expect(starts).toHaveLength(10);
  const first = new Date().setUTCHours(24, 0, 0, 0);
  expect(starts).toEqual(starts.map((_, day) => first + day * 24 * HOUR * 1000));
});

test('an inactive schedule creates no runs', async () => {
  const id = await createFlow({ flow: { schedule: daily() }, set_schedule_active: false });
  expect(await readFlow(id)).toMatchObject({ is_schedule_active: false, schedule: daily() });
  expect(await runsOf(id)).toEqual([]);
});

test('a flow without a schedule cannot activate it', async () => {
  const id = await createFlow();
  await succeeds('set_schedule_active', { flow_id: id }, false);
  await succeeds('set_schedule_active', { flow_id: nobody() }, false);
  expect((await readFlow(id)).is_schedule_active).toBe(false);
});

test('a flow without a schedule uses the schedule of its group', async () => {
  const flow = await readFlow(await createFlow());
  const { flow_group_id } = flow;
  await succeeds('set_flow_group_schedule', { flow_group_id, cron_clocks: [{ cron: '0 0 * * *' }] });
  await activate(flow.id);
  expect((await readFlow(flow.id)).is_schedule_active).toBe(true);
  expect(await scheduledRuns(flow.id)).toHaveLength(10);
  await succeeds('delete_flow_group_schedule', { flow_group_id });
  expect(await scheduledRuns(flow.id)).toEqual([]);
  expect((await readFlow(flow.id)).flow_group.schedule).toBeNull();
});

test('a flow with required parameters can be registered but not scheduled', async () => {
  const required = parameter('x', { required: true, default: null });
  const flow = { schedule: daily(), parameters: [required] };
  const inactive = await createFlow({ flow, set_schedule_active: false });
  await refused('set_schedule_active', { flow_id: inactive }, 'Can not schedule a flow that has required parameters.');
  expect(await runsOf(inactive)).toEqual([]);
  const active = await createFlow({ flow, set_schedule_active: true });
  expect(await readFlow(active)).toMatchObject({ id: active, archived: false, version: 1 });
  expect(await runsOf(active)).toEqual([]);
  const given = await waiting([cron('0 0 * * *', { parameter_defaults: { x: 5 } })], { parameters: [required] });
  await activate(given);
  expect((await scheduledRuns(given)).map(({ parameters }) => parameters)).toEqual(
    Array.from({ length: 10 }, () => ({ x: 5 })),
  );
});

test('deactivating a schedule deletes only its waiting runs', async () => {
  const id = await createFlow({ flow: { schedule: daily() } });
  const manual = await startRun(id, { scheduled_start_time: inSeconds(HOUR) });
  const running = (await scheduledRuns(id))[0]?.id ?? '';
  await setFlowRun(running, 'Running');
  for (const _turn of [1, 2]) {
    await succeeds('set_schedule_inactive', { flow_id: id });
    expect((await readFlow(id)).is_schedule_active).toBe(false);
    expect(inAnyOrder((await runsOf(id)).map((run) => [run.id, run.state]))).toEqual(
      inAnyOrder([
        [manual, 'Scheduled'],
        [running, 'Running'],
      ]),
    );
  }
  await succeeds('set_schedule_inactive', { flow_id: nobody() }, false);
});

/** Two clocks with intervals of two hours, both in the future. */
function twoClocks(first: Part, second: Part, apart: number): Part[] {
  const start = soon(2 * HOUR);
  const later = new Date(Date.parse(`${start}Z`) + apart * 1000).toISOString().slice(0, 19);
  return [interval(2 * HOUR, { start, ...first }), interval(2 * HOUR, { start: later, ...second })];
}

test.each([
  { first: ['a', 'b'], second: ['c', 'd'] },
  { first: ['a', 'b'], second: null },
  { first: [], second: null },
])('the labels of a clock override those of the flow: $first and $second', async ({ first, second }) => {
  const id = await waiting(twoClocks({ labels: first }, { labels: second }, HOUR), {
    run_config: universal(['foo', 'bar']),
  });
  await activate(id);
  const both = [first, second ?? ['bar', 'foo']];
  const want = Array.from({ length: 10 }, (_, index) => both[index % 2]);
  expect((await scheduledRuns(id)).map(({ labels }) => labels)).toEqual(want);
});

const CLOCKS: [Part, Part, number][] = [
  [{}, {}, 10],
  [{ parameter_defaults: { x: 'a' } }, { parameter_defaults: { x: 'b' } }, 5],
  [{ parameter_defaults: { x: 'a' } }, {}, 5],
  [{ parameter_defaults: { x: 'a' } }, { labels: ['b'] }, 5],
  [{ labels: ['c', 'd'] }, { labels: ['c'] }, 5],
  [{ labels: null }, { labels: ['ef'] }, 5],
  [{ labels: null }, { labels: [] }, 5],
];

test.each(CLOCKS)('the clocks %j and %j have %i different times in ten runs', async (first, second, count) => {
  const id = await waiting(twoClocks(first, second, 0), { parameters: [parameter('x')] });
  await activate(id);
  const before = await runsOf(id);
  expect(before).toHaveLength(10);
  expect(new Set(before.map((run) => run.scheduled_start_time)).size).toBe(count);
  for (const _turn of [1, 2]) await activate(id);
  expect(await runsOf(id)).toEqual(before);
});

const meep = { parameter_defaults: { meep: 'morp' } };
const clock = (type: string, rest: Part) => ({ type, start_date: null, ...rest });
test.each([
  {
    input: { cron_clocks: [{ cron: '42 0 0 * * *', ...meep }, { cron: '43 0 0 * * *' }] },
    clocks: [clock('CronClock', { cron: '42 0 0 * * *', ...meep }), clock('CronClock', { cron: '43 0 0 * * *' })],
  },
  {
    input: { interval_clocks: [{ interval: 4200, ...meep }, { interval: 60 }] },
    clocks: [
      clock('IntervalClock', { interval: 4_200_000_000, ...meep }),
      clock('IntervalClock', { interval: 60_000_000 }),
    ],
  },
  {
    input: { interval_clocks: [{ interval: 4200 }], cron_clocks: [{ cron: '0 9 * * *' }] },
    clocks: [clock('CronClock', { cron: '0 9 * * *' }), clock('IntervalClock', { interval: 4_200_000_000 })],
  },
])('the schedule of a group is stored in the form of the client: $input', async ({ input, clocks }) => {
  const { flow_group_id, id } = await emptyFlow();
  await succeeds('set_flow_group_schedule', { flow_group_id, ...input });
  expect((await readFlow(id)).flow_group.schedule).toEqual({ type: 'Schedule', clocks });
});

test('the time zone of a group schedule is that of its start and must exist', async () => {
  const { flow_group_id, id } = await emptyFlow();
  const cron_clocks = [{ cron: '0 9 * * *' }];
  const timezone = 'America/New_York';
  await succeeds('set_flow_group_schedule', { flow_group_id, cron_clocks, timezone });
  expect((await readFlow(id)).flow_group.schedule).toMatchObject({
    clocks: [{ start_date: { dt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+$/), tz: timezone } }],
  });
  const nowhere = { flow_group_id, cron_clocks, timezone: 'Nowhere/Land' };
  await refused('set_flow_group_schedule', nowhere, 'Invalid timezone provided for schedule: Nowhere/Land');
});

test('a malformed clock is rejected', async () => {
  const { flow_group_id, id } = await emptyFlow();
  const invalid = /^Invalid clock provided for schedule: /;
  for (const clocks of [
    { cron_clocks: [{ cron: 'xyz' }] },
    { interval_clocks: [{ interval: 59 }] },
    { cron_clocks: [{ cron: '0 0 * * *' }, { cron: '61 * * * *' }] },
  ])
    await refused('set_flow_group_schedule', { flow_group_id, ...clocks }, invalid);
  expect((await readFlow(id)).flow_group.schedule).toBeNull();
});
