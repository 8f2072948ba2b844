import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EndedFlowSchedule } from '../../src/actions/prefect1Runs/scheduleFlowRuns.ts';
import type { JsonObject } from '../../src/core/values/jsonObject.ts';
import { prefect1Scheduler } from '../../src/services/prefect1Scheduler.ts';
import { type RegistrationWorld, registrationWorld, serialized } from './registrationWorld.ts';

let world: RegistrationWorld;
let project: string;
beforeAll(async () => {
  world = await registrationWorld();
  project = await world.newProject();
});
afterAll(() => world.close());

const DAILY = { type: 'CronClock', cron: '0 0 * * *' };
const FEBRUARY_30 = { type: 'CronClock', cron: '0 0 30 2 *' };
const schedule = (...clocks: JsonObject[]) => ({
  clocks,
  filters: [],
  or_filters: [],
  not_filters: [],
  adjustments: [],
});
const inactive = { set_schedule_active: false };
const register = async (flow: JsonObject, input: object = {}) =>
  (await world.mutate('create_flow', { project_id: project, serialized_flow: serialized(flow), ...input })).id;

interface RunRow {
  id: string;
  prefect1_state: string;
  auto_scheduled: boolean;
  idempotency_key: string;
  parameters: JsonObject;
  tags: string[];
}
const runsOf = (flowId: string) =>
  world.sql<RunRow>('select * from flow_run where flow_id = $1 order by scheduled_start_time, id', [flowId]);
const flowOf = async (id: string) => (await world.sql<JsonObject>('select * from flow where id = $1', [id]))[0];
const groupOf = async (id: string) => String((await flowOf(id))?.flow_group_id);
const activate = (flow_id: string) => world.mutate('set_schedule_active', { flow_id });
const ended: EndedFlowSchedule[] = [];
const tick = (now = Date.now() * 1000) =>
  prefect1Scheduler(30, (schedule) => ended.push(schedule)).tick(world.t.engine, now);

describe('an active schedule', () => {
  test('an active schedule immediately creates ten runs with keys of their times', async () => {
    const id = await register({ schedule: schedule(DAILY) });
    const runs = await runsOf(id);
    expect(runs).toHaveLength(10);
    expect(runs.every((run) => run.auto_scheduled && run.prefect1_state === 'Scheduled')).toBe(true);
    expect(runs[0]?.idempotency_key).toMatch(/^auto-scheduled:\d{4}-\d\d-\d\dT00:00:00\+00:00$/);
  });

  test('an active schedule creates ten runs even if several servers activate it repeatedly', async () => {
    const id = await register({ schedule: schedule(DAILY) }, inactive);
    await Promise.all(Array.from({ length: 5 }, () => activate(id)));
    await Promise.all([tick(), tick(), tick()]);
    expect(await runsOf(id)).toHaveLength(10);
  });

  test('a schedule changed while servers create its runs ends with ten runs of the new times', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => register({ schedule: schedule(DAILY) }, inactive)));
    await Promise.all(
      ids.flatMap((id) => [
        activate(id),
        tick(),
        groupOf(id).then((flow_group_id) =>
          world.mutate('set_flow_group_schedule', { flow_group_id, cron_clocks: [{ cron: '0 12 * * *' }] }),
        ),
        activate(id),
        tick(),
      ]),
    );
    await tick();
    for (const id of ids) {
      const runs = await runsOf(id);
      expect(runs.map((run) => run.idempotency_key.slice(-14, -6))).toEqual(Array(10).fill('12:00:00'));
    }
  });

  test('the scheduler keeps ten runs waiting as time passes', async () => {
    const id = await register({ schedule: schedule(DAILY) });
    await tick((Date.now() + 3 * 86_400_000) * 1000);
    expect(await runsOf(id)).toHaveLength(13);
  });

  test('a round of the scheduler without work writes nothing', async () => {
    await tick();
    const asked: string[] = [];
    world.t.test.database.onStatement = (name) => asked.push(name);
    await tick();
    world.t.test.database.onStatement = null;
    expect(asked.filter((name) => name !== 'flowSchedules.knownKeys')).toEqual(['flowSchedules.page']);
  });

  test('scheduled runs get the parameters and labels of their clock, and else the labels of the flow', async () => {
    const start_date = { dt: '2030-01-01T00:00:00', tz: 'UTC' };
    const hourly = { type: 'IntervalClock', interval: 3_600_000_000, start_date };
    const clocks = [{ ...hourly, labels: [] }, { ...hourly, parameter_defaults: { x: 'a' } }, hourly];
    const id = await register({
      schedule: schedule(...clocks),
      run_config: { type: 'UniversalRun', labels: ['b', 'a'] },
    });
    for (const _ of [1, 2]) await activate(id);
    const runs = (await runsOf(id)).slice(0, 3);
    expect(new Set(runs.map(({ idempotency_key: key, parameters, tags }) => [key, parameters, tags]))).toEqual(
      new Set([
        ['auto-scheduled:2030-01-01T00:00:00+00:00', {}, ['a', 'b']],
        ['auto-scheduled:2030-01-01T00:00:00+00:00:219b62d63bdbbd5bcf0c47c997d3dfec', { x: 'a' }, ['a', 'b']],
        [expect.stringMatching(/^auto-scheduled:2030-01-01T00:00:00\+00:00:[0-9a-f]{32}$/), {}, []],
      ]),
    );
    expect(await runsOf(id)).toHaveLength(10);
  });

  test('deactivating a schedule deletes only its waiting runs', async () => {
    const id = await register({ schedule: schedule(DAILY) });
    const manual = (await world.mutate('create_flow_run', { flow_id: id })).id;
    const [begun] = await runsOf(id);
    const states = [{ flow_run_id: begun?.id, state: { type: 'Running' } }];
    await world.mutate('set_flow_run_states', { states });
    for (const _ of [1, 2])
      expect(await world.mutate('set_schedule_inactive', { flow_id: id })).toEqual({ success: true });
    await tick();
    expect(new Set((await runsOf(id)).map((run) => run.id))).toEqual(new Set([begun?.id, manual]));
    expect(await world.mutate('set_schedule_inactive', { flow_id: v7() })).toEqual({ success: false });
  });

  test('a schedule deactivated while its runs are created leaves none', async () => {
    for (let turn = 0; turn < 10; turn++) {
      const id = await register({ schedule: schedule(DAILY) }, inactive);
      await Promise.all([activate(id), world.mutate('set_schedule_inactive', { flow_id: id })]);
      const isActive = (await flowOf(id))?.is_schedule_active === true;
      expect(await runsOf(id)).toHaveLength(isActive ? 10 : 0);
    }
  });

  test('the schedule of an archived version creates no runs', async () => {
    const flow = serialized({ schedule: schedule(DAILY) });
    const old = await register(flow);
    const id = await register(flow);
    await tick();
    expect([(await runsOf(old)).length, (await runsOf(id)).length]).toEqual([0, 10]);
    // The flag can be set on an archived version but has no effect.
    expect(await activate(old)).toEqual({ success: true });
    expect(await runsOf(old)).toEqual([]);
  });

  test('a malformed schedule does not stop the others', async () => {
    const broken = await register({ schedule: schedule(DAILY) }, inactive);
    await world.sql(
      `update flow set schedule = '{"clocks":[{"type":"NoClock"}]}', is_schedule_active = true where id = $1`,
      [broken],
    );
    const id = await register({ schedule: schedule(DAILY) }, inactive);
    await world.sql('update flow set is_schedule_active = true where id = $1', [id]);
    await tick();
    expect(await runsOf(id)).toHaveLength(10);
    expect(await flowOf(broken)).toMatchObject({ is_schedule_active: false });
    expect(ended).toContainEqual(expect.objectContaining({ id: broken, reason: 'Unknown type of clock: "NoClock"' }));
  });

  test('a stored schedule without a time in the future is turned off, and requests cannot turn it on', async () => {
    const id = await register({ schedule: schedule(DAILY) }, inactive);
    const never = JSON.stringify(schedule(FEBRUARY_30));
    await world.sql('update flow set schedule = $2::jsonb, is_schedule_active = true where id = $1', [id, never]);
    await tick();
    expect(await flowOf(id)).toMatchObject({ is_schedule_active: false });
    expect(ended).toContainEqual(expect.objectContaining({ id, reason: 'the schedule has no time in the future' }));
    await expect(activate(id)).rejects.toThrow('has no time in the future');
  });

  test('a schedule that has run out of dates is turned off, and its runs stay', async () => {
    const start_date = { dt: new Date(Date.now() + 3_600_000).toISOString().slice(0, 19), tz: 'UTC' };
    const id = await register({ schedule: schedule({ type: 'DatesClock', dates: [start_date] }) });
    await tick((Date.now() + 2 * 3_600_000) * 1000);
    expect(await flowOf(id)).toMatchObject({ is_schedule_active: false });
    expect(await runsOf(id)).toHaveLength(1);
  });
});

describe('a schedule is refused when it is written', () => {
  const recurrence = (rr: string, _dtstart: string | null = null) => ({
    type: 'RRuleClock',
    rrule_obj: { type: 'rrule', rr: `RRULE:${rr}`, _dtstart },
  });
  const never = { fn: 'prefect.schedules.filters.on_date', kwargs: { month: 2, day: 30 } };
  test.each<[string, JsonObject]>([
    ['30 February', schedule(FEBRUARY_30)],
    ['30 February, by the second', schedule(recurrence('FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30'))],
    ['an interval of 0', schedule(recurrence('FREQ=DAILY;INTERVAL=0'))],
    ['a filter that lets nothing through', { ...schedule(DAILY), filters: [never] }],
    [
      '20,000 clocks',
      schedule(...Array.from({ length: 20_000 }, (_, index) => ({ type: 'IntervalClock', interval: 6e7 + index }))),
    ],
    ['an end in the past', schedule({ ...DAILY, end_date: { dt: '2020-01-01T00:00:00', tz: 'UTC' } })],
    ['an unknown clock', { clocks: [{ type: 'NoClock' }] }],
    ['a zone that is not of IANA', schedule({ ...DAILY, start_date: { dt: '2030-01-01T00:00:00', tz: 'PST' } })],
    ['an offset that no zone has', schedule({ ...DAILY, start_date: { dt: '2030-01-01T00:00:00', tz: '+25:00' } })],
    ['a range that wraps, as in Prefect 1', schedule({ type: 'CronClock', cron: '0 22-2 * * *' })],
  ])('a flow with a schedule with %s is not registered', async (_, refused) => {
    const name = `refused ${v7()}`;
    const answer = world.mutate('create_flow', {
      project_id: project,
      serialized_flow: serialized({ name, schedule: refused }),
    });
    await expect(answer).rejects.toThrow(
      /`serialized_flow.schedule` (is not a valid schedule|has no time in the future)/,
    );
    expect(await world.sql('select from flow where name = $1', [name])).toEqual([]);
  });

  test('a flow with a schedule that is not an object is not registered', async () => {
    const answer = world.mutate('create_flow', {
      project_id: project,
      serialized_flow: serialized({ schedule: 'daily' }),
    });
    await expect(answer).rejects.toThrow('`serialized_flow.schedule` must be an object.');
  });

  test('a version that is unchanged is registered again after its schedule has ended', async () => {
    const flow = serialized({ schedule: schedule(DAILY) });
    const input = { project_id: project, idempotency_key: v7() };
    const { id } = await world.mutate('create_flow', { ...input, serialized_flow: flow });
    const ended = { ...flow, schedule: schedule(FEBRUARY_30) };
    expect(await world.mutate('create_flow', { ...input, serialized_flow: ended })).toEqual({ id });
  });
});

describe('activation of a schedule', () => {
  test.each<[string, JsonObject]>([
    ['no schedule', {}],
    ['an empty schedule', { schedule: {} }],
  ])('a flow with %s cannot be activated', async (_, flow) => {
    const id = await register(flow, inactive);
    expect(await activate(id)).toEqual({ success: false });
    expect(await flowOf(id)).toMatchObject({ is_schedule_active: false });
  });

  test('the schedule of an unknown flow cannot be activated', async () => {
    expect(await activate(v7())).toEqual({ success: false });
  });

  test('a schedule cannot be activated while a required parameter has no value', async () => {
    const needy = { parameters: [{ name: 'x', required: true, default: null }], schedule: schedule(DAILY) };
    const id = await register(needy); // registered without an error
    await expect(activate(id)).rejects.toThrow('Can not schedule a flow that has required parameters.');
    expect(await runsOf(id)).toEqual([]);
    await world.mutate('set_flow_group_default_parameters', { flow_group_id: await groupOf(id), parameters: { x: 1 } });
    expect(await activate(id)).toEqual({ success: true });
    expect((await runsOf(id)).map(({ parameters }) => parameters)).toEqual(
      Array.from({ length: 10 }, () => ({ x: 1 })),
    );
  });
});

describe('the schedule of a flow group', () => {
  const set = (flow_group_id: string, input: object) =>
    world.mutate('set_flow_group_schedule', { flow_group_id, ...input });
  const kept = async (flowId: string) =>
    (
      await world.sql<{ schedule: JsonObject }>('select schedule from flow_group where id = $1', [
        await groupOf(flowId),
      ])
    )[0]?.schedule;

  test('the schedule of a flow group is stored as in the old server', async () => {
    const id = await register({});
    const parameter_defaults = { meep: 'morp' };
    const cron_clocks = [{ cron: '42 0 0 * * *', parameter_defaults }, { cron: '0 9 * * *' }];
    expect(await set(await groupOf(id), { cron_clocks, interval_clocks: [{ interval: 4200 }] })).toEqual({
      success: true,
    });
    expect(await kept(id)).toEqual({
      type: 'Schedule',
      clocks: [
        { type: 'CronClock', cron: '42 0 0 * * *', parameter_defaults, start_date: null },
        { type: 'CronClock', cron: '0 9 * * *', start_date: null },
        { type: 'IntervalClock', interval: 4_200_000_000, start_date: null },
      ],
    });
    await set(await groupOf(id), { cron_clocks: [{ cron: '0 9 * * *' }], timezone: 'US/Pacific' });
    expect(await kept(id)).toMatchObject({
      clocks: [{ start_date: { tz: 'US/Pacific', dt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{15}$/) } }],
    });
  });

  test('the schedule of a flow group replaces that of the flow and its runs', async () => {
    const id = await register({ schedule: schedule(DAILY) });
    await set(await groupOf(id), { cron_clocks: [{ cron: '30 7 * * *' }] });
    const keys = (await runsOf(id)).map(({ idempotency_key: key }) => key.slice(25));
    expect(keys).toEqual(Array.from({ length: 10 }, () => 'T07:30:00+00:00'));
    await world.mutate('delete_flow_group_schedule', { flow_group_id: await groupOf(id) });
    expect((await runsOf(id)).map(({ idempotency_key: key }) => key.slice(25))).toEqual(
      Array.from({ length: 10 }, () => 'T00:00:00+00:00'),
    );
  });

  test.each<[string, object, string]>([
    [
      'an interval that is too short',
      { interval_clocks: [{ interval: 59 }] },
      "{'type': 'IntervalClock', 'interval': 59000000, 'start_date': None}",
    ],
    [
      'a malformed cron expression',
      { cron_clocks: [{ cron: 'xyz' }] },
      "{'type': 'CronClock', 'cron': 'xyz', 'start_date': None}",
    ],
  ])('the schedule of a flow group with %s is rejected', async (_, input, repr) => {
    const id = await register({});
    await expect(set(await groupOf(id), input)).rejects.toThrow(`Invalid clock provided for schedule: ${repr}`);
    expect(await kept(id)).toBeNull();
  });

  test.each(['Moon/Crater', 'PST', '+02:00', '+25:00', '-99:99'])(
    'the schedule of a flow group with the unknown time zone %s is rejected',
    async (timezone) => {
      const refused = set(v7(), { cron_clocks: [{ cron: '0 9 * * *' }], timezone });
      await expect(refused).rejects.toThrow(`Invalid timezone provided for schedule: ${timezone}`);
    },
  );

  test('the schedule of a flow group on 30 February is rejected', async () => {
    const id = await register({});
    const refused = set(await groupOf(id), { cron_clocks: [{ cron: '0 0 30 2 *' }] });
    await expect(refused).rejects.toThrow('`schedule` has no time in the future');
    expect(await kept(id)).toBeNull();
  });

  test('the schedule of an unknown flow group cannot be set', async () => {
    expect(await set(v7(), { cron_clocks: [] })).toEqual({ success: false });
  });
});
