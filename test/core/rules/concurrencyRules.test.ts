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

type Facts = Partial<Pick<FlowRunMove, 'deploymentLimit' | 'deploymentIsGone' | 'holdsSlots' | 'force'>>;
const decide = (from: StateRequest | null, to: StateRequest, facts: Facts) =>
  decideFlowRun({ ...flowRunMove({ from, to }, { deploymentId: 'deployment' }), ...facts });

const kinds = ({ write }: { write: { effects: { kind: string }[] } | null }) => write?.effects.map(({ kind }) => kind);

describe('a flow run that is to become pending', () => {
  test.each([
    ['has no limit', DUE, { deploymentLimit: null }, 'ACCEPT', null, 'Pending', []],
    ['finds a slot', DUE, { deploymentLimit: FREE }, 'ACCEPT', null, 'Pending', ['takeSlot']],
    ['may run again', { type: 'FAILED' }, { deploymentLimit: FREE }, 'ACCEPT', null, 'Pending', ['takeSlot']],
    [
      'finds none',
      DUE,
      { deploymentLimit: FULL },
      'REJECT',
      'Deployment concurrency limit reached.',
      'AwaitingConcurrencySlot',
      [],
    ],
    [
      'finds none, where new runs are cancelled',
      DUE,
      { deploymentLimit: CANCELLING_NEW },
      'REJECT',
      'Deployment concurrency limit reached.',
      'Cancelled',
      [],
    ],
    [
      'finds more taken than the limit has become',
      DUE,
      { deploymentLimit: limitOf({ taken: 3, limit: 2 }) },
      'REJECT',
      'Deployment concurrency limit reached.',
      'AwaitingConcurrencySlot',
      [],
    ],
    [
      'finds a limit of 0',
      DUE,
      { deploymentLimit: ZERO },
      'ABORT',
      'The deployment concurrency limit is 0. The flow will deadlock if submitted again.',
      undefined,
      undefined,
    ],
    [
      'has lost its deployment',
      DUE,
      { deploymentIsGone: true },
      'ABORT',
      'Deployment not found.',
      undefined,
      undefined,
    ],
    ['is forced there', DUE, { deploymentLimit: FULL, force: true }, 'ACCEPT', null, 'Pending', []],
    [
      'has kept its slot through a retry',
      DUE,
      { deploymentLimit: OWN, holdsSlots: true },
      'ACCEPT',
      null,
      'Pending',
      ['takeSlot'],
    ],
    [
      'is pending already, and gets another name',
      LEASED,
      { deploymentLimit: OWN, holdsSlots: true },
      'ACCEPT',
      null,
      'Submitting',
      [],
    ],
  ] as const)('%s', (_, from, facts, verdict, reason, name, effects) => {
    const to = from === LEASED ? ({ type: 'PENDING', name: 'Submitting' } as const) : PENDING;
    const decision = decide(from, to, facts);
    expect(decision).toMatchObject({ verdict, reason });
    expect(decision.write?.state.name).toBe(name);
    expect(kinds(decision)).toEqual(effects);
  });

  test('takes its slot under a lease that its state names', () => {
    const { write } = decide(DUE, PENDING, { deploymentLimit: limitOf({ leaseSeconds: 60 }) });
    const lease = write?.state.details.deploymentConcurrencyLeaseId;
    expect(write?.effects).toEqual([{ kind: 'takeSlot', slotId: lease, limitId: 'limit', expires: at(60) }]);
    expect(lease).toMatch(/^new-/);
  });

  test('and waits for a slot asks again in half a minute', () => {
    expect(decide(DUE, PENDING, { deploymentLimit: FULL }).write?.state).toMatchObject({
      type: 'SCHEDULED',
      details: { scheduledTime: at(30) },
    });
  });

  test('and is cancelled says why', () => {
    const { write } = decide(DUE, PENDING, { deploymentLimit: CANCELLING_NEW });
    expect(write?.state).toMatchObject({ type: 'CANCELLED', message: 'Deployment concurrency limit reached.' });
  });
});

describe('a pending flow run that is to run', () => {
  const LOST = 'Deployment concurrency limit reached after lease expiry.';
  test.each([
    ['renews its lease', LEASED, OWN, 'ACCEPT', null, 'lease', ['takeSlot']],
    ['takes a new slot for one that has expired', LEASED, FREE, 'ACCEPT', null, 'new-1', ['takeSlot']],
    ['took none, and needs none', PENDING, FULL, 'ACCEPT', null, null, []],
    ['has no limit any more', LEASED, null, 'ACCEPT', null, 'lease', []],
    ['has lost its slot to others', LEASED, FULL, 'REJECT', LOST, null, ['releaseSlots']],
  ] as const)('%s', (_, from, deploymentLimit, verdict, reason, lease, effects) => {
    const decision = decide(from, RUNNING, {
      deploymentLimit,
      holdsSlots: deploymentLimit === FULL && from === LEASED,
    });
    expect(decision).toMatchObject({ verdict, reason });
    expect(decision.write?.state.details.deploymentConcurrencyLeaseId).toBe(lease);
    expect(kinds(decision)).toEqual(effects);
  });

  test('and cannot is cancelled', () =>
    expect(decide(LEASED, RUNNING, { deploymentLimit: FULL }).write?.state).toMatchObject({
      type: 'CANCELLED',
      message: 'Deployment concurrency slot lost during provisioning - no slots available to continue execution',
    }));

  test('keeps its slot for as long as its deployment says', () =>
    expect(decide(LEASED, RUNNING, { deploymentLimit: OWN }).write?.effects).toEqual([
      { kind: 'takeSlot', slotId: 'lease', limitId: 'limit', expires: at(60) },
    ]));

  test('keeps its own lease, whatever the client names', () => {
    const to = { type: 'RUNNING', details: { deploymentConcurrencyLeaseId: 'another' } } as const;
    expect(decide(LEASED, to, { deploymentLimit: OWN }).write?.state.details.deploymentConcurrencyLeaseId).toBe(
      'lease',
    );
  });

  test('takes nothing while it has to wait for its time', () => {
    const from = {
      type: 'PENDING',
      details: { scheduledTime: at(60), deploymentConcurrencyLeaseId: 'lease' },
    } as const;
    expect(decide(from, RUNNING, { deploymentLimit: FREE })).toMatchObject({ verdict: 'WAIT', write: null });
  });
});

test('a flow run that begins without having been pending takes no slot', () =>
  expect(kinds(decide(DUE, RUNNING, { deploymentLimit: FULL }))).toEqual([]));

test.each([
  ['is cancelled where new runs are to be', CANCELLING_NEW, 'Cancelled'],
  ['is marked late where runs wait for a slot', FULL, 'Late'],
  ['is marked late where there is a slot', limitOf({ collisionStrategy: 'CANCEL_NEW' }), 'Late'],
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

describe('a flow run that holds a slot', () => {
  test.each([
    ['gives it back when it has ended', RUNNING, { type: 'COMPLETED' }, false, ['releaseSlots']],
    ['gives it back by force, too', RUNNING, { type: 'FAILED' }, true, ['releaseSlots']],
    ['gives it back when it is scheduled again', PENDING, DUE, false, ['releaseSlots']],
    ['gives it back while it is paused', RUNNING, { type: 'PAUSED' }, false, ['releaseSlots']],
    ['gives it back when it was cancelled', { type: 'CANCELLING' }, { type: 'CANCELLED' }, false, ['releaseSlots']],
    ['keeps it while it is cancelling', RUNNING, { type: 'CANCELLING' }, false, []],
    ['keeps it while it runs', RUNNING, RUNNING, false, []],
  ] as const)('%s', (_, from, to, force, effects) =>
    expect(kinds(decide(from, to, { deploymentLimit: OWN, holdsSlots: true, force }))).toEqual(effects),
  );

  test.each([
    [1, []],
    [0, ['releaseSlots']],
  ])('keeps it through a retry by its own process: %d retries left', (retries, effects) => {
    const move = flowRunMove({ from: RUNNING, to: { type: 'FAILED' } });
    const run = { ...move.run, policy: { ...move.run.policy, retries } };
    expect(kinds(decideFlowRun({ ...move, run, holdsSlots: true }))).toEqual(effects);
  });

  test('gives nothing back where nothing is written', () =>
    expect(decide(RUNNING, PENDING, { deploymentLimit: OWN, holdsSlots: true }).write).toBe(null));
});

test('a flow run that holds no slot gives none back', () =>
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

describe('a task run that is to run', () => {
  const ZERO_TEXT = 'The concurrency limit on tag "a" is 0 and will deadlock if the task tries to run again.';
  test.each([
    ['has no limit', [], 'ACCEPT', null, []],
    [
      'finds a slot of each of its tags',
      [tag('a', 1, 0), tag('b', 5, 4)],
      'ACCEPT',
      null,
      ['limit of a', 'limit of b'],
    ],
    [
      'finds one of its tags full, and takes none',
      [tag('a', 1, 0), tag('b', 1, 1)],
      'WAIT',
      'Concurrency limit reached for tags: b',
      null,
    ],
    ['finds two full', [tag('a', 1, 1), tag('b', 1, 2)], 'WAIT', 'Concurrency limit reached for tags: a, b', null],
    ['finds a limit of 0', [tag('b', 1, 1), tag('a', 0, 0)], 'ABORT', ZERO_TEXT, null],
    ['has its slot already', [tag('a', 1, 1, true)], 'ACCEPT', null, []],
    ['has its slot already, though the limit became 0', [tag('a', 0, 1, true)], 'ACCEPT', null, []],
    [
      'has one of its slots, and takes the other',
      [tag('a', 1, 1, true), tag('b', 1, 0)],
      'ACCEPT',
      null,
      ['limit of b'],
    ],
  ])('%s', (_, tagLimits, verdict, reason, taken) => {
    const decision = decideTask(PENDING, RUNNING, { tagLimits });
    expect(decision).toMatchObject({ verdict, reason });
    const effects = decision.write?.effects.map((effect) => effect.kind === 'takeSlot' && effect.limitId) ?? null;
    expect(effects).toEqual(taken);
  });

  test.each([
    [0, 8],
    [0.5, 10],
    [1, 13],
  ])('and waits asks again after some 10 s: at chance %d after %d s', (random, seconds) =>
    expect(decideTask(PENDING, RUNNING, { tagLimits: [tag('a', 1, 1)], random }).retryAfterSeconds).toBe(seconds),
  );

  test('takes slots that do not expire', () =>
    expect(decideTask(PENDING, RUNNING, { tagLimits: [tag('a', 1, 0)] }).write?.effects).toEqual([
      { kind: 'takeSlot', slotId: 'new-1', limitId: 'limit of a', expires: null },
    ]));

  test.each([
    ['by force', { force: true }, RUNNING],
    ['in the background', {}, { type: 'RUNNING', details: { deferred: true } }],
  ] as const)('%s takes none', (_, facts, to) => {
    const decision = decideTask(PENDING, to, {
      ...taskRunMove({ from: PENDING, to }),
      ...facts,
      tagLimits: [tag('a', 0, 0)],
    });
    expect([decision.verdict, kinds(decision)]).toEqual(['ACCEPT', []]);
  });

  test('and finds its result in the cache needs none', () => {
    const to = { type: 'RUNNING', details: { cacheKey: 'key' } } as const;
    const cached = { ...taskRunMove({ from: { type: 'COMPLETED' }, to: RUNNING }).initial, timestamp: NOON };
    const decision = decideTask(PENDING, to, { tagLimits: [tag('a', 1, 1)], cached: cached as TaskRunMove['cached'] }); // a state, for there was one
    expect(decision.write?.state.name).toBe('Cached');
  });
});

test.each([
  ['COMPLETED', ['releaseSlots']],
  ['PENDING', ['releaseSlots']],
  ['PAUSED', ['releaseSlots']],
  ['RUNNING', []],
  ['CANCELLING', []],
] as const)('a task run that becomes %s does this with its slots: %j', (type, effects) => {
  for (const force of [true, false]) {
    const decision = decideTask(RUNNING, { type }, { holdsSlots: true, force, tagLimits: [tag('a', 1, 1, true)] });
    expect(kinds(decision)).toEqual(effects);
  }
});

test('a task run that failed and is to be retried gives its slots back meanwhile', () => {
  const move = taskRunMove({ from: RUNNING, to: { type: 'FAILED' } });
  const run = { ...move.run, policy: { ...move.run.policy, retries: 1 } };
  const decision = decideTaskRun({ ...move, run, holdsSlots: true });
  expect([decision.write?.state.name, kinds(decision)]).toEqual(['AwaitingRetry', ['releaseSlots']]);
});
