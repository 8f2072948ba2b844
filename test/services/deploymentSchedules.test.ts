import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment } from '../../src/actions/deployments/createDeployment.ts';
import { createDeploymentSchedule } from '../../src/actions/deployments/createDeploymentSchedule.ts';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRunFromDeployment } from '../../src/actions/deployments/createFlowRunFromDeployment.ts';
import { deleteDeployment } from '../../src/actions/deployments/deleteDeployment.ts';
import { deleteDeploymentSchedule } from '../../src/actions/deployments/deleteDeploymentSchedule.ts';
import type { EndedSchedule } from '../../src/actions/deployments/scheduleDeployments.ts';
import type { ScheduleRequest } from '../../src/actions/deployments/scheduleRequest.ts';
import { type UpdateDeployment, updateDeployment } from '../../src/actions/deployments/updateDeployment.ts';
import { updateDeploymentSchedule } from '../../src/actions/deployments/updateDeploymentSchedule.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { startEngine, stopEngine } from '../../src/actions/startEngine.ts';
import type { StateRequest } from '../../src/core/runs/state.ts';
import { formatInstant, parseInstant } from '../../src/core/values/instant.ts';
import { deploymentScheduler } from '../../src/services/deploymentScheduler.ts';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { schedulesOf } from '../../src/store/deployments/deploymentSchedules.ts';
import { openStreams } from '../../src/streams/streams.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

let t: TestEngine;
let database: Database;
let flowId: string;
beforeAll(async () => {
  t = await testEngine();
  database = t.test.database;
  flowId = (await createFlow(t.engine, viewer, { name: 'flow', labels: { of: 'flow' } })).flow.id;
});
afterAll(() => t.close());

const ended: EndedSchedule[] = [];
const { tick } = deploymentScheduler(30, (schedule) => ended.push(schedule));
const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
/** Years ahead of the runs that are created for the present. */
const FUTURE = parseInstant('2031-06-01T00:00:00Z') ?? 0;

interface RunRow {
  id: string;
  due: number;
  tags: string[];
  labels: object;
  parameters: object;
  idempotency_key: string;
  auto_scheduled: boolean;
  state_message: string;
  states: number;
}
const runsOf = (deploymentId: string) =>
  database.query<RunRow>(
    statement(
      'test.runs',
      `select r.*, r.next_scheduled_start_time as due,
         (select count(*) from flow_run_state s where s.flow_run_id = r.id and s.version = r.version) as states
       from flow_run r where r.deployment_id = $1 order by r.next_scheduled_start_time nulls first, r.id`,
    ),
    [deploymentId],
  );

const deploy = async (...schedules: ScheduleRequest[]) =>
  (
    await createDeployment(t.engine, viewer, {
      flowId,
      name: v7(),
      tags: ['nightly'],
      labels: { of: 'deployment' },
      parameters: { x: 1, y: 1 },
      schedules,
    })
  ).deployment.id;

const DAILY: ScheduleRequest = { schedule: { cron: '0 0 * * *' } };
const HOURLY: ScheduleRequest = { schedule: { cron: '0 * * * *' } };

test('a new deployment gets scheduled runs with its fields', async () => {
  const id = await deploy({ ...DAILY, parameters: { y: 2 } });
  const runs = await runsOf(id);
  const [schedule] = (await schedulesOf(database, [id])).get(id) ?? [];
  expect(runs).toHaveLength(3);
  expect(runs[0]).toMatchObject({
    tags: ['auto-scheduled', 'nightly'],
    labels: { of: 'deployment', 'prefect.flow.id': flowId, 'prefect.deployment.id': id },
    parameters: { x: 1, y: 2 },
    auto_scheduled: true,
    state_message: 'Flow run scheduled',
    idempotency_key: `scheduled ${id} ${schedule?.id} ${formatInstant(runs[0]?.due ?? 0)}`,
    states: 1,
  });
});

test('the scheduler keeps three runs ahead and creates none twice', async () => {
  const id = await deploy(DAILY);
  const first = await runsOf(id);
  const [now = 0] = first.map(({ due }) => due);
  await tick(t.engine, now - HOUR);
  expect(await runsOf(id)).toEqual(first);
  await tick(t.engine, now + HOUR);
  expect((await runsOf(id)).map(({ due }) => due)).toEqual([now, now + DAY, now + 2 * DAY, now + 3 * DAY]);
});

test('the scheduler keeps the runs of an hour ahead', async () => {
  const id = await deploy({ schedule: { intervalSeconds: 600, anchorDate: FUTURE } });
  await tick(t.engine, FUTURE + 1);
  await tick(t.engine, FUTURE + HOUR / 2);
  const ahead = (await runsOf(id)).filter(({ due }) => due > FUTURE).map(({ due }) => (due - FUTURE) / HOUR);
  expect(ahead).toHaveLength(9);
  expect(ahead.at(-1)).toBeCloseTo(1.5);
});

test('two servers that schedule in parallel create each run once', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, () => deploy(HOURLY, DAILY)));
  const other = await openDatabase({ url: t.test.url });
  const streams = await openStreams(other);
  const engine = startEngine(other, streams);
  try {
    for (const days of [30, 60, 90])
      await Promise.all([
        tick(t.engine, FUTURE + days * DAY),
        tick(engine, FUTURE + days * DAY),
        tick(t.engine, FUTURE + days * DAY),
      ]);
  } finally {
    await stopEngine(engine);
    await streams.close();
    await other.close();
  }
  for (const id of ids) {
    const runs = (await runsOf(id)).filter(({ due }) => due > FUTURE);
    expect(runs).toHaveLength(3 * 6);
    expect(new Set(runs.map(({ idempotency_key }) => idempotency_key)).size).toBe(18);
    expect(runs.every(({ states }) => states === 1)).toBe(true);
  }
});

describe('deletion of scheduled runs', () => {
  const update = (deploymentId: string, rest: Omit<UpdateDeployment, 'deploymentId'>) =>
    updateDeployment(t.engine, viewer, { deploymentId, ...rest });
  const scheduleOf = async (id: string) => (await schedulesOf(database, [id])).get(id)?.[0]?.id ?? '';

  test('pausing a deployment deletes its scheduled runs and unpausing creates them again', async () => {
    const id = await deploy(DAILY);
    await update(id, { paused: true });
    expect(await runsOf(id)).toEqual([]);
    await tick(t.engine, FUTURE);
    expect(await runsOf(id)).toEqual([]);
    await update(id, { paused: false });
    expect(await runsOf(id)).toHaveLength(3);
  });

  test('changing a deployment immediately replaces its scheduled runs', async () => {
    const id = await deploy(DAILY);
    const before = await runsOf(id);
    await update(id, { parameters: { z: 3 }, tags: [] });
    const after = await runsOf(id);
    expect(after.map(({ due, parameters, tags }) => ({ due, parameters, tags }))).toEqual(
      before.map(({ due }) => ({ due, parameters: { z: 3 }, tags: ['auto-scheduled'] })),
    );
    expect(after.map((run) => run.id)).not.toContain(before[0]?.id);
  });

  test('changing only the description of a deployment keeps its scheduled runs', async () => {
    const id = await deploy(DAILY);
    const before = await runsOf(id);
    await update(id, { description: 'another' });
    expect(await runsOf(id)).toEqual(before);
  });

  test('removing the schedules of a deployment deletes its scheduled runs', async () => {
    const id = await deploy(DAILY);
    await update(id, { schedules: [] });
    expect(await runsOf(id)).toEqual([]);
  });

  test('deactivating or deleting a schedule deletes only its own runs', async () => {
    const id = await deploy(DAILY);
    const { schedule } = await createDeploymentSchedule(t.engine, viewer, { deploymentId: id, ...HOURLY, slug: 'h' });
    expect(await runsOf(id)).toHaveLength(6);
    await updateDeploymentSchedule(t.engine, viewer, { deploymentScheduleId: schedule.id, active: false });
    expect(await runsOf(id)).toHaveLength(3);
    await updateDeploymentSchedule(t.engine, viewer, { deploymentScheduleId: schedule.id, active: true });
    expect(await runsOf(id)).toHaveLength(6);
    await deleteDeploymentSchedule(t.engine, viewer, { deploymentScheduleId: schedule.id });
    expect((await runsOf(id)).every(({ idempotency_key }) => !idempotency_key.includes(schedule.id))).toBe(true);
    expect(await runsOf(id)).toHaveLength(3);
  });

  test('changing the times of a schedule replaces its runs', async () => {
    const id = await deploy(DAILY);
    const schedule = { cron: '30 12 * * *' };
    await updateDeploymentSchedule(t.engine, viewer, { deploymentScheduleId: await scheduleOf(id), schedule });
    expect((await runsOf(id)).map(({ due }) => (due % DAY) / HOUR)).toEqual([12.5, 12.5, 12.5]);
  });

  test('pausing a deployment keeps runs that have begun or were requested', async () => {
    const id = await deploy(DAILY);
    const [begun] = await runsOf(id);
    await setFlowRunState(t.engine, viewer, { flowRunId: begun?.id ?? '', state: { type: 'RUNNING' }, force: true });
    await setFlowRunState(t.engine, viewer, { flowRunId: begun?.id ?? '', state: { type: 'SCHEDULED' }, force: true });
    const { flowRun } = await createFlowRunFromDeployment(t.engine, viewer, { deploymentId: id });
    await update(id, { paused: true });
    expect((await runsOf(id)).map((run) => run.id).sort()).toEqual([begun?.id, flowRun.id].sort());
  });

  test('deleting a deployment deletes its waiting runs and keeps those that have begun', async () => {
    const id = await deploy(DAILY);
    const made = await createFlowRunFromDeployment(t.engine, viewer, { deploymentId: id });
    const begun = await createFlowRunFromDeployment(t.engine, viewer, { deploymentId: id, state: { type: 'RUNNING' } });
    await deleteDeployment(t.engine, viewer, { deploymentId: id });
    expect((await runsOf(id)).map((run) => run.id)).toEqual([begun.flowRun.id]);
    expect(made.created).toBe(true);
  });

  test('pausing deployments while the scheduler runs leaves no scheduled run', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => deploy(HOURLY)));
    const rounds = Array.from({ length: 8 }, (_, day) => tick(t.engine, FUTURE + (300 + day) * DAY));
    await Promise.all([...rounds, ...ids.map((id) => update(id, { paused: true }))]);
    for (const id of ids) expect((await runsOf(id)).filter(({ due }) => due > Date.now() * 1000)).toEqual([]);
  });
});

describe('deploying again', () => {
  const idsOf = async (id: string) =>
    ((await schedulesOf(database, [id])).get(id) ?? []).map((schedule) => schedule.id);
  const move = (flowRunId: string, state: StateRequest) => setFlowRunState(t.engine, viewer, { flowRunId, state });

  test.each<[string, ScheduleRequest, ScheduleRequest]>([
    ['slug', { ...HOURLY, slug: 'a' }, { ...HOURLY, slug: 'a' }],
    ['slug at other times', { ...HOURLY, slug: 'a' }, { schedule: { cron: '0,30 * * * *' }, slug: 'a' }],
    ['times', HOURLY, HOURLY],
    ['times and other parameters', HOURLY, { ...HOURLY, parameters: { y: 3 } }],
    ['interval', { schedule: { intervalSeconds: 3600 } }, { schedule: { intervalSeconds: 3600 } }],
  ])('a run that a worker has taken is not made again by a schedule with the same %s', async (_, before, after) => {
    const id = await deploy(before);
    const scheduleIds = await idsOf(id);
    const [taken] = await runsOf(id);
    await move(taken?.id ?? '', { type: 'PENDING' });
    for (const version of ['2', '3'])
      await updateDeployment(t.engine, viewer, { deploymentId: id, version, parameters: { x: 2 }, schedules: [after] });
    await tick(t.engine, Date.now() * 1000);
    expect(await idsOf(id)).toEqual(scheduleIds);
    const runs = await database.query<{ expected: number; count: number }>(
      statement(
        'test.byTime',
        'select expected_start_time as expected, count(*) from flow_run where deployment_id = $1 group by 1 order by 1',
      ),
      [id],
    );
    expect(runs.filter(({ count }) => count > 1)).toEqual([]);
    expect((await runsOf(id)).filter(({ id }) => id === taken?.id)).toHaveLength(1);
  });

  test('an equal deployment keeps its scheduled runs', async () => {
    const id = await deploy(DAILY, { ...HOURLY, slug: 'a' });
    const before = await runsOf(id);
    const same = { tags: ['nightly'], labels: { of: 'deployment' }, parameters: { x: 1, y: 1 }, paused: false };
    await updateDeployment(t.engine, viewer, {
      deploymentId: id,
      ...same,
      schedules: [{ ...HOURLY, slug: 'a' }, DAILY],
    });
    expect(await runsOf(id)).toEqual(before);
  });

  test('only the runs of the schedule that changed are replaced', async () => {
    const id = await deploy({ ...DAILY, slug: 'daily' }, { ...HOURLY, slug: 'a' });
    const before = new Set((await runsOf(id)).map((run) => run.id));
    const changed = { schedule: { cron: '5 * * * *' }, slug: 'a' };
    await updateDeployment(t.engine, viewer, { deploymentId: id, schedules: [changed, { ...DAILY, slug: 'daily' }] });
    const after = await runsOf(id);
    expect(after.filter((run) => before.has(run.id)).every(({ due }) => due % DAY === 0)).toBe(true);
    expect(after.filter((run) => before.has(run.id))).toHaveLength(3);
    expect(after.filter((run) => !before.has(run.id)).map(({ due }) => (due % HOUR) / 60_000_000)).toEqual([5, 5, 5]);
  });

  test('a run whose time has passed and that waits for a slot stays', async () => {
    const id = await deploy(HOURLY);
    const [waiting] = await runsOf(id);
    const scheduledTime = Date.now() * 1000 + 30_000_000;
    await database.query(
      statement('test.passed', "update flow_run set expected_start_time = now() - interval '1 minute' where id = $1"),
      [waiting?.id],
    );
    await move(waiting?.id ?? '', { type: 'SCHEDULED', name: 'AwaitingConcurrencySlot', details: { scheduledTime } });
    await updateDeployment(t.engine, viewer, { deploymentId: id, parameters: { x: 2 }, schedules: [DAILY] });
    expect((await runsOf(id)).filter((run) => run.id === waiting?.id)).toHaveLength(1);
  });
});

describe('schedules without a time in the future', () => {
  const NEVER = { rrule: 'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30', timezone: null };
  const replaceTimes = (deploymentId: string, times: object) =>
    database.query(
      statement(
        'test.times',
        'update deployment_schedule set schedule = $2::jsonb where deployment_id = $1 returning id',
      ),
      [deploymentId, JSON.stringify(times)],
    );

  test.each<[string, object, string]>([
    ['on 30 February', NEVER, 'the schedule has no time in the future'],
    ['in an unknown zone', { cron: '0 0 * * *', dayOr: true, timezone: 'PST' }, 'Unknown time zone: PST'],
    [
      'with an invalid cron expression',
      { cron: 'at nine', dayOr: true, timezone: null },
      'Invalid cron string: at nine',
    ],
  ])('a stored schedule %s is turned off, and the others are followed', async (_, times, reason) => {
    const [broken, healthy] = [await deploy(DAILY), await deploy(DAILY)];
    await replaceTimes(broken, times);
    const now = FUTURE + 400 * DAY;
    await tick(t.engine, now);
    const [schedule] = (await schedulesOf(database, [broken])).get(broken) ?? [];
    expect(schedule).toMatchObject({ active: false });
    expect(ended).toContainEqual({ scheduleId: schedule?.id, deploymentId: broken, reason });
    expect((await runsOf(healthy)).filter(({ due }) => due > now)).toHaveLength(3);
  });

  test('a schedule stays on if its next time is more than a hundred days ahead', async () => {
    const id = await deploy({ schedule: { rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO' } });
    await tick(t.engine, FUTURE);
    expect((await schedulesOf(database, [id])).get(id)).toMatchObject([{ active: true }]);
    expect(await runsOf(id)).toEqual([]);
  });

  test('requests are answered while the schedules of a deployment are computed', async () => {
    const id = await deploy(...Array.from({ length: 100 }, (_, index) => ({ ...DAILY, slug: `s${index}` })));
    await replaceTimes(id, NEVER);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    await tick(t.engine, FUTURE);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(20);
    expect((await schedulesOf(database, [id])).get(id)?.every(({ active }) => !active)).toBe(true);
  });
});
