import { describe, expect, test } from 'vitest';
import type { DeploymentLimit, TagLimit } from '../../../src/core/concurrency/concurrency.ts';
import { decideFlowRun, decideTaskRun } from '../../../src/core/rules/decide.ts';
import type { FlowRunMove, TaskRunMove } from '../../../src/core/runs/move.ts';
import type { StateRequest } from '../../../src/core/runs/state.ts';
import { at, flowRunMove, NOON, taskRunMove } from '../given.ts';

const DUE: StateRequest = { type: 'SCHEDULED', details: { scheduledTime: at(-1) } };
const PENDING: StateRequest = { type: 'PENDING' };
const LEASED: StateRequest = { type: 'PENDING', details: { deploymentConcurrencyLeaseId: 'lease' } };
const RUNNING: StateRequest = { type: 'RUNNING' };
const LATE: StateRequest = { type: 'SCHEDULED', name: 'Late' };

const limitOf = (limit: Partial<DeploymentLimit>): DeploymentLimit => ({
  limitId: 'limit',
  limit: 1,
  taken: 0,
  collisionStrategy: 'ENQUEUE',
  leaseSeconds: 300,
  ownSlotId: null,
  ...limit,
});
const FREE = limitOf({});
const FULL = limitOf({ taken: 1 });
const ZERO = limitOf({ limit: 0 });
const CANCELLING_NEW = limitOf({ taken: 1, collisionStrategy: 'CANCEL_NEW' });
const OWN = limitOf({ taken: 1, ownSlotId: 'lease', leaseSeconds: 60 });

type Facts = Partial<
  Pick<FlowRunMove, 'deploymentLimit' | 'deploymentIsGone' | 'placeLimits' | 'holdsSlots' | 'force'>
>;
const decide = (from: StateRequest | null, to: StateRequest, facts: Facts) =>
  decideFlowRun({ ...flowRunMove({ from, to }, { deploymentId: 'deployment' }), ...facts });

const kinds = ({ write }: { write: { effects: { kind: string }[] } | null }) => write?.effects.map(({ kind }) => kind);

describe('slots of a flow run that becomes PENDING', () => {
  test.each([
    ['without a limit is accepted', DUE, { deploymentLimit: null }, 'ACCEPT', null, 'Pending', []],
    ['takes a free slot', DUE, { deploymentLimit: FREE }, 'ACCEPT', null, 'Pending', ['takeSlot']],
    [
      'after a failure takes a free slot',
      { type: 'FAILED' },
      { deploymentLimit: FREE },
      'ACCEPT',
      null,
      'Pending',
      ['takeSlot'],
    ],
    [
      'waits for a slot if none is free',
      DUE,
      { deploymentLimit: FULL },
      'REJECT',
      'Deployment concurrency limit reached.',
      'AwaitingConcurrencySlot',
      [],
    ],
    [
      'is cancelled if no slot is free and the strategy is CANCEL_NEW',
      DUE,
      { deploymentLimit: CANCELLING_NEW },
      'REJECT',
      'Deployment concurrency limit reached.',
      'Cancelled',
      [],
    ],
    [
      'waits for a slot if a lowered limit is exceeded',
      DUE,
      { deploymentLimit: limitOf({ taken: 3, limit: 2 }) },
      'REJECT',
      'Deployment concurrency limit reached.',
      'AwaitingConcurrencySlot',
      [],
    ],
    [
      'is aborted by a limit of 0',
      DUE,
      { deploymentLimit: ZERO },
      'ABORT',
      'The deployment concurrency limit is 0. The flow will deadlock if submitted again.',
      undefined,
      undefined,
    ],
    [
      'is aborted if its deployment is deleted',
      DUE,
      { deploymentIsGone: true },
      'ABORT',
      'Deployment not found.',
      undefined,
      undefined,
    ],
    ['by force takes no slot', DUE, { deploymentLimit: FULL, force: true }, 'ACCEPT', null, 'Pending', []],
    [
      'keeps the slot that it held through a retry',
      DUE,
      { deploymentLimit: OWN, holdsSlots: true },
      'ACCEPT',
      null,
      'Pending',
      ['takeSlot'],
    ],
    [
      'and was pending before keeps its slot',
      LEASED,
      { deploymentLimit: OWN, holdsSlots: true },
      'ACCEPT',
      null,
      'Submitting',
      [],
    ],
  ] as const)('a flow run that becomes PENDING %s', (_, from, facts, verdict, reason, name, effects) => {
    const to = from === LEASED ? ({ type: 'PENDING', name: 'Submitting' } as const) : PENDING;
    const decision = decide(from, to, facts);
    expect(decision).toMatchObject({ verdict, reason });
    expect(decision.write?.state.name).toBe(name);
    expect(kinds(decision)).toEqual(effects);
  });

  test('a flow run takes its slot under a lease that its state names', () => {
    const { write } = decide(DUE, PENDING, { deploymentLimit: limitOf({ leaseSeconds: 60 }) });
    const lease = write?.state.details.deploymentConcurrencyLeaseId;
    expect(write?.effects).toEqual([{ kind: 'takeSlot', slotId: lease, limitId: 'limit', expires: at(60) }]);
    expect(lease).toMatch(/^new-/);
  });

  test('a flow run that waits for a slot is scheduled again in 30 s', () => {
    expect(decide(DUE, PENDING, { deploymentLimit: FULL }).write?.state).toMatchObject({
      type: 'SCHEDULED',
      details: { scheduledTime: at(30) },
    });
  });

  test('a flow run cancelled for lack of a slot says why', () => {
    const { write } = decide(DUE, PENDING, { deploymentLimit: CANCELLING_NEW });
    expect(write?.state).toMatchObject({ type: 'CANCELLED', message: 'Deployment concurrency limit reached.' });
  });
});

describe('the work queue and the work pool of a flow run that becomes PENDING', () => {
  const queue = (taken: number) => ({ place: 'work queue', name: 'default', limit: 2, taken }) as const;
  const pool = (taken: number) => ({ place: 'work pool', name: 'kubernetes', limit: 3, taken }) as const;
  const reached = (place: string, counts: string) =>
    `The concurrency limit of the work ${place} is reached: ${counts}.`;

  test.each([
    ['free', DUE, [queue(1), pool(2)], { verdict: 'ACCEPT', reason: null }],
    [
      'full by its queue',
      DUE,
      [queue(2), pool(2)],
      { verdict: 'REJECT', reason: reached('queue "default"', '2 of 2') },
    ],
    [
      'full by its pool',
      DUE,
      [queue(1), pool(3)],
      { verdict: 'REJECT', reason: reached('pool "kubernetes"', '3 of 3') },
    ],
    [
      'full for a run that ended',
      { type: 'FAILED' },
      [pool(9)],
      { verdict: 'REJECT', reason: reached('pool "kubernetes"', '9 of 3') },
    ],
  ] as const)('a place that is %s decides', (_, from, placeLimits, expected) => {
    const decision = decide(from, PENDING, { placeLimits });
    expect(decision).toMatchObject(expected);
    // A rejected run stays as it is, and keeps its place among the runs that wait.
    expect(decision.write === null).toBe(expected.verdict === 'REJECT');
  });

  test('a full pool takes no slot of the deployment', () =>
    expect(decide(DUE, PENDING, { placeLimits: [pool(3)], deploymentLimit: FREE }).write).toBeNull());

  test('a full pool does not cancel a run whose deployment has the strategy CANCEL_NEW', () =>
    expect(decide(DUE, PENDING, { placeLimits: [pool(3)], deploymentLimit: CANCELLING_NEW }).write).toBeNull());

  test.each([
    ['by force', DUE, PENDING, true],
    ['that changes the name of its state', PENDING, { type: 'PENDING', name: 'Submitting' }, false],
    ['that begins to run', PENDING, RUNNING, false],
  ] as const)('a full pool lets a run pass %s', (_, from, to, force) =>
    expect(decide(from, to, { placeLimits: [pool(3)], force }).verdict).toBe('ACCEPT'),
  );

  test('a deleted deployment is the reason even if the pool is full', () =>
    expect(decide(DUE, PENDING, { placeLimits: [pool(3)], deploymentIsGone: true })).toMatchObject({
      verdict: 'ABORT',
      reason: 'Deployment not found.',
    }));
});

describe('slots of a pending flow run that begins to run', () => {
  const LOST = 'Deployment concurrency limit reached after lease expiry.';
  test.each([
    ['renews its lease', LEASED, OWN, 'ACCEPT', null, 'lease', ['takeSlot']],
    ['takes a new slot if its lease expired', LEASED, FREE, 'ACCEPT', null, 'new-1', ['takeSlot']],
    ['and took no slot needs none', PENDING, FULL, 'ACCEPT', null, null, []],
    ['needs no slot after its limit is deleted', LEASED, null, 'ACCEPT', null, 'lease', []],
    ['is rejected if its lease expired and no slot is free', LEASED, FULL, 'REJECT', LOST, null, ['releaseSlots']],
  ] as const)(
    'a pending flow run that begins to run %s',
    (_, from, deploymentLimit, verdict, reason, lease, effects) => {
      const decision = decide(from, RUNNING, {
        deploymentLimit,
        holdsSlots: deploymentLimit === FULL && from === LEASED,
      });
      expect(decision).toMatchObject({ verdict, reason });
      expect(decision.write?.state.details.deploymentConcurrencyLeaseId).toBe(lease);
      expect(kinds(decision)).toEqual(effects);
    },
  );

  test('a pending flow run that lost its slot to another run is cancelled', () =>
    expect(decide(LEASED, RUNNING, { deploymentLimit: FULL }).write?.state).toMatchObject({
      type: 'CANCELLED',
      message: 'Deployment concurrency slot lost during provisioning - no slots available to continue execution',
    }));

  test('a flow run that begins to run renews its slot for the lease time of its deployment', () =>
    expect(decide(LEASED, RUNNING, { deploymentLimit: OWN }).write?.effects).toEqual([
      { kind: 'takeSlot', slotId: 'lease', limitId: 'limit', expires: at(60) },
    ]));

  test('a flow run that begins to run keeps its own lease even if the client names another', () => {
    const to = { type: 'RUNNING', details: { deploymentConcurrencyLeaseId: 'another' } } as const;
    expect(decide(LEASED, to, { deploymentLimit: OWN }).write?.state.details.deploymentConcurrencyLeaseId).toBe(
      'lease',
    );
  });

  test('a flow run takes no slot while it waits for its scheduled time', () => {
    const from = {
      type: 'PENDING',
      details: { scheduledTime: at(60), deploymentConcurrencyLeaseId: 'lease' },
    } as const;
    expect(decide(from, RUNNING, { deploymentLimit: FREE })).toMatchObject({ verdict: 'WAIT', write: null });
  });
});

test('a flow run that begins to run without having been pending takes no slot', () =>
  expect(kinds(decide(DUE, RUNNING, { deploymentLimit: FULL }))).toEqual([]));

test.each([
  ['is cancelled if no slot is free and the strategy is CANCEL_NEW', CANCELLING_NEW, 'Cancelled'],
  ['is marked late if runs wait for a slot', FULL, 'Late'],
  ['is marked late if a slot is free', limitOf({ collisionStrategy: 'CANCEL_NEW' }), 'Late'],
  ['is marked late without a limit', null, 'Late'],
])('a late run of a deployment %s', (_, deploymentLimit, name) => {
  const decision = decide(DUE, LATE, { deploymentLimit });
  expect(decision.write?.state.name).toBe(name);
  if (name === 'Cancelled')
    expect(decision).toMatchObject({
      verdict: 'REJECT',
      reason: 'Deployment concurrency limit is full and uses the CANCEL_NEW strategy.',
    });
});

describe('the slot of a flow run', () => {
  test.each([
    ['that ends gives its slot back', RUNNING, { type: 'COMPLETED' }, false, ['releaseSlots']],
    ['that ends by force gives its slot back', RUNNING, { type: 'FAILED' }, true, ['releaseSlots']],
    ['that is scheduled again gives its slot back', PENDING, DUE, false, ['releaseSlots']],
    ['that is paused gives its slot back', RUNNING, { type: 'PAUSED' }, false, ['releaseSlots']],
    ['that is cancelled gives its slot back', { type: 'CANCELLING' }, { type: 'CANCELLED' }, false, ['releaseSlots']],
    ['that is cancelling keeps its slot', RUNNING, { type: 'CANCELLING' }, false, []],
    ['that runs keeps its slot', RUNNING, RUNNING, false, []],
  ] as const)('a flow run %s', (_, from, to, force, effects) =>
    expect(kinds(decide(from, to, { deploymentLimit: OWN, holdsSlots: true, force }))).toEqual(effects),
  );

  test.each([
    [1, []],
    [0, ['releaseSlots']],
  ])('a flow run that fails keeps its slot only if it has retries left: %d', (retries, effects) => {
    const move = flowRunMove({ from: RUNNING, to: { type: 'FAILED' } });
    const run = { ...move.run, policy: { ...move.run.policy, retries } };
    expect(kinds(decideFlowRun({ ...move, run, holdsSlots: true }))).toEqual(effects);
  });

  test('a flow run whose move is rejected keeps its slot', () =>
    expect(decide(RUNNING, PENDING, { deploymentLimit: OWN, holdsSlots: true }).write).toBe(null));
});

test('a flow run without a slot gives none back', () =>
  expect(kinds(decide(RUNNING, { type: 'COMPLETED' }, { deploymentLimit: FULL }))).toEqual([]));

const tag = (name: string, limit: number, taken: number, own = false): TagLimit => ({
  limitId: `limit of ${name}`,
  tag: name,
  limit,
  taken,
  own,
});

const FLOW_RUN = { id: 'flow-run', stateType: 'RUNNING', runCount: 1 } as const;
const decideTask = (from: StateRequest, to: StateRequest, facts: Partial<TaskRunMove>) => {
  const move = taskRunMove({ from, to });
  return decideTaskRun({ ...move, flowRun: { ...FLOW_RUN, details: move.proposed.details }, ...facts });
};

describe('slots of a task run that begins to run', () => {
  const ZERO_TEXT = 'The concurrency limit on tag "a" is 0 and will deadlock if the task tries to run again.';
  test.each([
    ['without a limit takes no slot', [], 'ACCEPT', null, []],
    [
      'takes a slot of each of its tags',
      [tag('a', 1, 0), tag('b', 5, 4)],
      'ACCEPT',
      null,
      ['limit of a', 'limit of b'],
    ],
    [
      'takes no slot if one of its tags is full',
      [tag('a', 1, 0), tag('b', 1, 1)],
      'WAIT',
      'Concurrency limit reached for tags: b',
      null,
    ],
    [
      'waits and names both of two full tags',
      [tag('a', 1, 1), tag('b', 1, 2)],
      'WAIT',
      'Concurrency limit reached for tags: a, b',
      null,
    ],
    ['is aborted by a limit of 0', [tag('b', 1, 1), tag('a', 0, 0)], 'ABORT', ZERO_TEXT, null],
    ['and has its slot takes no other', [tag('a', 1, 1, true)], 'ACCEPT', null, []],
    ['keeps its slot even if the limit became 0', [tag('a', 0, 1, true)], 'ACCEPT', null, []],
    [
      'and has one of its slots takes the other',
      [tag('a', 1, 1, true), tag('b', 1, 0)],
      'ACCEPT',
      null,
      ['limit of b'],
    ],
  ])('a task run that begins to run %s', (_, tagLimits, verdict, reason, taken) => {
    const decision = decideTask(PENDING, RUNNING, { tagLimits });
    expect(decision).toMatchObject({ verdict, reason });
    const effects = decision.write?.effects.map((effect) => effect.kind === 'takeSlot' && effect.limitId) ?? null;
    expect(effects).toEqual(taken);
  });

  test.each([
    [0, 8],
    [0.5, 10],
    [1, 13],
  ])(
    'a task run that waits for a slot retries after about 10 s: with the random number %d after %d s',
    (random, seconds) =>
      expect(decideTask(PENDING, RUNNING, { tagLimits: [tag('a', 1, 1)], random }).retryAfterSeconds).toBe(seconds),
  );

  test('the slots of a task run do not expire', () =>
    expect(decideTask(PENDING, RUNNING, { tagLimits: [tag('a', 1, 0)] }).write?.effects).toEqual([
      { kind: 'takeSlot', slotId: 'new-1', limitId: 'limit of a', expires: null },
    ]));

  test.each([
    ['that is forced', { force: true }, RUNNING],
    ['in the background', {}, { type: 'RUNNING', details: { deferred: true } }],
  ] as const)('a task run %s takes no slot', (_, facts, to) => {
    const decision = decideTask(PENDING, to, {
      ...taskRunMove({ from: PENDING, to }),
      ...facts,
      tagLimits: [tag('a', 0, 0)],
    });
    expect([decision.verdict, kinds(decision)]).toEqual(['ACCEPT', []]);
  });

  test('a task run that finds its result in the cache takes no slot', () => {
    const to = { type: 'RUNNING', details: { cacheKey: 'key' } } as const;
    const cached = { ...taskRunMove({ from: { type: 'COMPLETED' }, to: RUNNING }).initial, timestamp: NOON };
    // The cast: there was an initial state.
    const decision = decideTask(PENDING, to, { tagLimits: [tag('a', 1, 1)], cached: cached as TaskRunMove['cached'] });
    expect(decision.write?.state.name).toBe('Cached');
  });
});

test.each([
  ['COMPLETED', ['releaseSlots']],
  ['PENDING', ['releaseSlots']],
  ['PAUSED', ['releaseSlots']],
  ['RUNNING', []],
  ['CANCELLING', []],
] as const)('a task run that becomes %s has the effects %j on its slots', (type, effects) => {
  for (const force of [true, false]) {
    const decision = decideTask(RUNNING, { type }, { holdsSlots: true, force, tagLimits: [tag('a', 1, 1, true)] });
    expect(kinds(decision)).toEqual(effects);
  }
});

test('a task run that waits for its retry gives its slots back', () => {
  const move = taskRunMove({ from: RUNNING, to: { type: 'FAILED' } });
  const run = { ...move.run, policy: { ...move.run.policy, retries: 1 } };
  const decision = decideTaskRun({ ...move, run, holdsSlots: true });
  expect([decision.write?.state.name, kinds(decision)]).toEqual(['AwaitingRetry', ['releaseSlots']]);
});
