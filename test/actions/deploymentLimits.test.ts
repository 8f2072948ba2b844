import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createConcurrencyLimit } from '../../src/actions/concurrency/createConcurrencyLimit.ts';
import { renewConcurrencyLease } from '../../src/actions/concurrency/renewConcurrencyLease.ts';
import { setDeploymentConcurrencyLimit } from '../../src/actions/concurrency/setDeploymentConcurrencyLimit.ts';
import { concurrencyLeases } from '../../src/services/concurrencyLeases.ts';
import { statement } from '../../src/store/connection/database.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { limitedRuns } from './limitedRuns.ts';

let t: TestEngine;
let runs: Awaited<ReturnType<typeof limitedRuns>>;
beforeAll(async () => {
  t = await testEngine();
  runs = await limitedRuns(t);
});
afterAll(() => t.close());
beforeEach(() => runs.clear());

const flowRuns = (count: number, deploymentId: string) =>
  Promise.all(Array.from({ length: count }, () => runs.flowRun(deploymentId)));

describe('slots of runs in one flush', () => {
  test('runs of one flush get the free slots in the order of their requests', async () => {
    const ids = await flowRuns(10, await runs.deployment({ limit: 3 }));
    const outcomes = await Promise.all(ids.map((id) => runs.set(id, 'PENDING')));
    expect(outcomes.map(({ verdict, state }) => `${verdict} ${state.name}`)).toEqual([
      ...Array(3).fill('ACCEPT Pending'),
      ...Array(7).fill('REJECT AwaitingConcurrencySlot'),
    ]);
    expect((await runs.holders()).sort()).toEqual(ids.slice(0, 3).sort());
  });

  test('runs of one flush get the slots that others of the flush give back', async () => {
    const [first = '', second = ''] = await flowRuns(2, await runs.deployment({ limit: 1 }));
    await runs.set(first, 'PENDING');
    await runs.set(first, 'RUNNING');
    const [, taken] = await Promise.all([runs.set(first, 'COMPLETED'), runs.set(second, 'PENDING')]);
    expect(taken.verdict).toBe('ACCEPT');
    expect(await runs.holders()).toEqual([second]);
  });

  test('a run that moves several times in one flush takes and gives back its slot each time', async () => {
    const [run = ''] = await flowRuns(1, await runs.deployment({ limit: 1 }));
    const types = ['PENDING', 'RUNNING', 'COMPLETED', 'PENDING'] as const;
    const outcomes = await Promise.all(types.map((type) => runs.set(run, type)));
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['ACCEPT', 'ACCEPT', 'ACCEPT', 'ACCEPT']);
    expect(await runs.leases()).toEqual([outcomes[3]?.state.details.deploymentConcurrencyLeaseId]);
    const back = await Promise.all((['RUNNING', 'COMPLETED'] as const).map((type) => runs.set(run, type)));
    expect([back.map(({ verdict }) => verdict), await runs.leases()]).toEqual([['ACCEPT', 'ACCEPT'], []]);
  });
});

test('an expired slot is taken by another run', async () => {
  const [first = '', second = '', third = ''] = await flowRuns(3, await runs.deployment({ limit: 1 }));
  await runs.set(first, 'PENDING');
  expect((await runs.set(second, 'PENDING')).verdict).toBe('REJECT');
  await runs.lapse();
  await runs.set(second, { type: 'SCHEDULED' });
  expect((await runs.set(second, 'PENDING')).verdict).toBe('ACCEPT');
  const late = await runs.set(first, 'RUNNING');
  expect([late.reason, late.state.type]).toEqual([
    'Deployment concurrency limit reached after lease expiry.',
    'CANCELLED',
  ]);
  expect(await runs.holders()).toEqual([second]);
  expect((await runs.set(third, 'PENDING')).verdict).toBe('REJECT');
});

test('a run whose lease expired continues under a new one if a slot is free', async () => {
  const [run = ''] = await flowRuns(1, await runs.deployment({ limit: 1 }));
  const before = (await runs.set(run, 'PENDING')).state.details.deploymentConcurrencyLeaseId;
  await runs.lapse();
  const after = (await runs.set(run, 'RUNNING')).state.details.deploymentConcurrencyLeaseId;
  expect(after).not.toBe(before);
  expect(await runs.leases()).toEqual([after]);
});

test('a running flow run whose lease expired continues and its slot is free', async () => {
  const [first = '', second = ''] = await flowRuns(2, await runs.deployment({ limit: 1 }));
  await runs.set(first, 'PENDING');
  await runs.set(first, 'RUNNING');
  await runs.lapse();
  expect((await runs.set(second, 'PENDING')).verdict).toBe('ACCEPT');
  expect((await runs.set(first, 'COMPLETED')).verdict).toBe('ACCEPT');
  expect(await runs.holders()).toEqual([second]);
});

test('only expired slots are deleted by the loop', async () => {
  const ids = await flowRuns(150, await runs.deployment({ limit: 200 }));
  await Promise.all(ids.slice(1).map((id) => runs.set(id, 'PENDING')));
  await runs.lapse();
  await runs.set(ids[0] ?? '', 'PENDING');
  await concurrencyLeases.tick(t.engine, Date.now() * 1000);
  expect(await runs.holders()).toEqual([ids[0]]);
});

describe('a lease', () => {
  test('a lease is renewed from now', async () => {
    const [run = ''] = await flowRuns(1, await runs.deployment({ limit: 1 }));
    const leaseId = (await runs.set(run, 'PENDING')).state.details.deploymentConcurrencyLeaseId ?? '';
    const { holder } = await renewConcurrencyLease(t.engine, viewer, { leaseId, seconds: 3600 });
    const inAnHour = (Date.now() + 3_600_000) * 1000;
    expect(Math.abs((holder.expires ?? 0) - inAnHour)).toBeLessThan(60_000_000);
    expect(holder).toMatchObject({ id: leaseId, flowRunId: run });
  });

  test.each(['has expired', 'was given back'])('a lease that %s is not renewed', async (how) => {
    const [run = ''] = await flowRuns(1, await runs.deployment({ limit: 1 }));
    const leaseId = (await runs.set(run, 'PENDING')).state.details.deploymentConcurrencyLeaseId ?? '';
    await (how === 'has expired' ? runs.lapse() : runs.set(run, 'COMPLETED'));
    await expect(renewConcurrencyLease(t.engine, viewer, { leaseId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a lease of another tenant is not found', async () => {
    const [run = ''] = await flowRuns(1, await runs.deployment({ limit: 1 }));
    const leaseId = (await runs.set(run, 'PENDING')).state.details.deploymentConcurrencyLeaseId ?? '';
    const stranger = { tenantId: '01900000-0000-7000-8000-00000000beef', role: 'ADMIN' as const };
    await expect(renewConcurrencyLease(t.engine, stranger, { leaseId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a lease is kept through a retry by the process of the run', async () => {
    const deployment = await runs.deployment({ limit: 1 });
    const run = await runs.flowRun(deployment, { type: 'SCHEDULED' }, { retries: 1 });
    const lease = (await runs.set(run, 'PENDING')).state.details.deploymentConcurrencyLeaseId;
    await runs.set(run, 'RUNNING');
    expect((await runs.set(run, 'FAILED')).state.name).toBe('AwaitingRetry');
    expect((await runs.set(run, 'RUNNING')).state.details.deploymentConcurrencyLeaseId).toBe(lease);
    expect(await runs.leases()).toEqual([lease]);
    await runs.set(run, 'FAILED');
    expect(await runs.leases()).toEqual([]);
  });
});

describe('the slots of a deleted row', () => {
  test.each([
    ['its limit', (id: string) => setDeploymentConcurrencyLimit(t.engine, viewer, { deploymentId: id, limit: null })],
    [
      'the deployment',
      (id: string) => t.test.database.query(statement('test.gone', 'delete from deployment where id = $1'), [id]),
    ],
    ['its flow runs', () => t.test.database.query(statement('test.goneRuns', 'delete from flow_run'))],
  ])('slots are released by deleting %s', async (_, take) => {
    const deployment = await runs.deployment({ limit: 1 });
    const [run = ''] = await flowRuns(1, deployment);
    await runs.set(run, 'PENDING');
    expect(await runs.holders()).toEqual([run]);
    await take(deployment);
    expect(await runs.holders()).toEqual([]);
  });
});

test('a run whose deployment was deleted cannot become PENDING', async () => {
  const deployment = await runs.deployment({});
  const run = await runs.flowRun(deployment);
  await t.test.database.query(statement('test.gone', 'delete from deployment where id = $1'), [deployment]);
  expect(await runs.set(run, 'PENDING')).toMatchObject({ verdict: 'ABORT', reason: 'Deployment not found.' });
});

test('a lowered limit takes back no slot and assigns no new one', async () => {
  const deployment = await runs.deployment({ limit: 2 });
  const [first = '', second = '', third = ''] = await flowRuns(3, deployment);
  await Promise.all([runs.set(first, 'PENDING'), runs.set(second, 'PENDING')]);
  await setDeploymentConcurrencyLimit(t.engine, viewer, { deploymentId: deployment, limit: 1 });
  await runs.set(first, 'COMPLETED');
  expect((await runs.set(third, 'PENDING')).verdict).toBe('REJECT');
  expect((await runs.set(second, 'RUNNING')).verdict).toBe('ACCEPT');
});

test.each([
  ['limit', { limit: -1 }],
  ['limit', { limit: 100_001 }],
  ['gracePeriodSeconds', { gracePeriodSeconds: 59 }],
  ['gracePeriodSeconds', { gracePeriodSeconds: 86_401 }],
])('a deployment limit whose %s is out of range is rejected: %j', async (field, options) => {
  const deploymentId = await runs.deployment({});
  await expect(setDeploymentConcurrencyLimit(t.engine, viewer, { deploymentId, ...options })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringContaining(field),
  });
});

const MOVE = ['flowRuns.lock', 'flowRuns.limited', 'flowRunStates.insert', 'flowRuns.move'];
const COUNT = ['concurrencyLimits.lock', 'concurrencySlots.taken'];

describe('statements of a move', () => {
  beforeEach(() => createConcurrencyLimit(t.engine, viewer, { tag: 'etl', limit: 1 }));

  test.each([
    ['a run without a deployment', null],
    ['a run whose deployment has no limit', {}],
  ])('a move of %s executes the statements of a move without limits', async (_, options) => {
    const run = await runs.flowRun(options && (await runs.deployment(options)));
    for (const type of ['PENDING', 'RUNNING', 'COMPLETED'] as const)
      expect(await runs.statementsOf(() => runs.set(run, type))).toEqual(MOVE);
  });

  test('a move that needs a slot executes two more statements, and one more to take or release it', async () => {
    const [run = ''] = await flowRuns(1, await runs.deployment({ limit: 1 }));
    const [lock = '', second = '', ...write] = MOVE;
    const taking = [lock, second, ...COUNT, ...write, 'concurrencySlots.take'];
    expect(await runs.statementsOf(() => runs.set(run, 'PENDING'))).toEqual(taking);
    expect(await runs.statementsOf(() => runs.set(run, 'RUNNING'))).toEqual(taking);
    expect(await runs.statementsOf(() => runs.set(run, 'CANCELLING'))).toEqual(MOVE);
    expect(await runs.statementsOf(() => runs.set(run, 'CANCELLED'))).toEqual([...MOVE, 'concurrencySlots.release']);
  });
});
