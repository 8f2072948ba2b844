import { describe, expect, test } from 'vitest';
import { whyNotRunning } from '../../../src/core/insights/whyNotRunning.ts';
import type { SlotLimit, WhyNotRunningFacts, WorkPlace } from '../../../src/core/insights/whyNotRunningFacts.ts';
import { roughly, type WhyNotRunningReason } from '../../../src/core/insights/whyNotRunningReason.ts';
import { NO_DETAILS, STATE_TYPES, type StateDetails } from '../../../src/core/runs/state.ts';
import { addSeconds, type Instant, parseInstant } from '../../../src/core/values/instant.ts';

const NOW = parseInstant('2026-11-21T12:00:00Z') ?? 0;
const at = (seconds: number): Instant => addSeconds(NOW, seconds);

const PLACE: WorkPlace = {
  workPoolId: 'pool',
  workPoolName: 'kubernetes',
  isPoolPaused: false,
  workers: [{ lastHeartbeat: at(-20), heartbeatIntervalSeconds: 30 }],
  workQueueId: 'queue',
  workQueueName: 'default',
  isQueuePaused: false,
  lastPolled: at(-20),
};
const LIMIT: SlotLimit = {
  name: 'the deployment “nightly”',
  limit: 2,
  taken: 2,
  lastTaken: at(-40),
  holders: [{ flowRunId: 'holder', since: at(-50) }],
};

/** A run that has been due for three minutes; a worker polls its queue. */
const run = (facts: Partial<Omit<WhyNotRunningFacts, 'details'>> & { details?: Partial<StateDetails> } = {}) => ({
  id: 'run',
  stateType: 'SCHEDULED' as const,
  stateName: 'Scheduled',
  stateTimestamp: at(-300),
  retryType: null,
  runCount: 0,
  due: at(-180),
  isPrefect1: false,
  tags: [],
  deploymentId: null,
  deploymentIsGone: false,
  place: PLACE,
  limits: [],
  agents: [],
  inputSchema: null,
  unfinishedTaskRuns: { count: 0, ids: [] },
  ...facts,
  details: { ...NO_DETAILS, ...facts.details },
});
type Facts = ReturnType<typeof run>;
const placed = (place: Partial<WorkPlace>) => run({ place: { ...PLACE, ...place } });
const because = (facts: WhyNotRunningFacts) => whyNotRunning(facts, NOW)?.map(({ kind }) => kind);
const messages = (facts: WhyNotRunningFacts) => whyNotRunning(facts, NOW)?.map(({ message }) => message);
const first = (facts: WhyNotRunningFacts): WhyNotRunningReason | undefined => whyNotRunning(facts, NOW)?.[0];

const ANSWERED = ['RUNNING', 'COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'];
test.each(STATE_TYPES)('the reasons of a %s run are null only if it runs or has ended', (stateType) => {
  expect(whyNotRunning(run({ stateType }), NOW) === null).toBe(ANSWERED.includes(stateType));
});

const retrying = { stateName: 'AwaitingRetry', runCount: 1, retryType: 'in_process' as const };
const noSlot = { stateName: 'AwaitingConcurrencySlot', limits: [LIMIT] };
test.each<[string, Partial<Facts>, string[]]>([
  ['is due tomorrow', { due: at(86_400) }, ['ScheduledInFuture']],
  ['is due tomorrow and is in no queue', { due: at(86_400), place: null, limits: [LIMIT] }, ['ScheduledInFuture']],
  ['failed and retries in a minute', { ...retrying, due: at(60) }, ['AwaitingRetry']],
  ['should have been retried by its process', { ...retrying, place: null }, ['LateRun']],
  [
    'should have been rescheduled and is in no queue',
    { ...retrying, retryType: 'reschedule', place: null },
    ['NoWorkQueue', 'LateRun'],
  ],
  ['waits for a slot', { ...noSlot, due: at(20) }, ['NoFreeSlot', 'ScheduledInFuture']],
  ['waits to request a slot that is free now', { ...noSlot, limits: [], due: at(20) }, ['ScheduledInFuture']],
  ['is due and not blocked', {}, ['LateRun']],
  ['is due, without a scheduled time', { due: null }, ['LateRun']],
  ['is in no queue', { place: null }, ['NoWorkQueue', 'LateRun']],
  ['is due and lost its deployment', { deploymentId: 'd', deploymentIsGone: true }, ['DeploymentDeleted', 'LateRun']],
  [
    'is due tomorrow and lost its deployment',
    { deploymentId: 'd', deploymentIsGone: true, due: at(86_400) },
    ['DeploymentDeleted', 'ScheduledInFuture'],
  ],
  ['has a limit without a free slot', { limits: [LIMIT] }, ['NoFreeSlot', 'LateRun']],
  ['has a limit with a free slot', { limits: [{ ...LIMIT, taken: 1 }] }, ['LateRun']],
])('a run that %s has the reasons $2', (_, facts, kinds) => {
  expect(because(run(facts))).toEqual(kinds);
});

test.each<[string, Partial<WorkPlace>, string[]]>([
  ['whose pool is paused', { isPoolPaused: true }, ['WorkPoolPaused', 'LateRun']],
  ['whose queue is paused', { isQueuePaused: true }, ['WorkQueuePaused', 'LateRun']],
  ['whose pool never had a worker', { workers: [] }, ['NoWorker', 'LateRun']],
  ['whose queue was polled 60 s ago', { lastPolled: at(-60) }, ['LateRun']],
  ['whose queue was polled 61 s ago', { lastPolled: at(-61) }, ['QueueNotPolled', 'LateRun']],
  ['whose queue was never polled', { lastPolled: null }, ['QueueNotPolled', 'LateRun']],
  [
    'with every obstacle',
    { isPoolPaused: true, isQueuePaused: true, workers: [], lastPolled: null },
    ['WorkPoolPaused', 'WorkQueuePaused', 'NoWorker', 'LateRun'],
  ],
])('a due run %s has the reasons $2', (_, place, kinds) => {
  expect(because(placed(place))).toEqual(kinds);
});

test.each([
  [90, 30, true],
  [91, 30, false],
  [91, 60, true],
])('a worker last heard of %d s ago with a heartbeat every %d s counts as present: %s', (seconds, interval, there) => {
  const workers = [{ lastHeartbeat: at(-seconds), heartbeatIntervalSeconds: interval }];
  expect(because(placed({ workers }))?.includes('NoWorker')).toBe(!there);
});

describe('the agents of a Prefect 1 run', () => {
  const agent = (labels: string[], seconds: number | null = 10, id = 'agent') => ({
    id,
    name: null,
    labels,
    lastQueried: seconds === null ? null : at(-seconds),
  });
  test.each([
    [['a', 'b'], ['a', 'b', 'c'], 10, true],
    [['a', 'b'], ['a'], 10, false],
    [['a'], ['a'], 60, true],
    [['a'], ['a'], 61, false],
    [['a'], ['a'], null, false],
    [[], [], 10, true],
    [[], ['a'], 10, false],
  ])(
    'a run with the tags %j can be taken by an agent with %j that queried %s s ago: %s',
    (tags, labels, seconds, may) => {
      const facts = run({ isPrefect1: true, tags, agents: [agent(labels, seconds)] });
      expect(because(facts)).toEqual(may ? ['LateRun'] : ['NoAgent', 'LateRun']);
    },
  );

  test('the reason NoAgent lists the ten agents that lack the fewest labels, the most recent first', () => {
    const far = Array.from({ length: 12 }, (_, index) => agent([], 5, `far${index}`));
    const agents = [...far, agent(['a'], 50, 'old'), agent(['a'], 20, 'new'), agent(['a', 'b'], 90, 'gone')];
    const reason = first(run({ isPrefect1: true, tags: ['a', 'b'], agents }));
    expect(reason).toMatchObject({ kind: 'NoAgent', labels: ['a', 'b'], since: at(-90) });
    const told = reason?.kind === 'NoAgent' ? reason.agents : [];
    expect(told.map(({ id, missingLabels }) => [id, missingLabels]).slice(0, 4)).toEqual([
      ['gone', []],
      ['new', ['b']],
      ['old', ['b']],
      ['far0', ['a', 'b']],
    ]);
    expect(told).toHaveLength(10);
  });

  test('an agent that never queried comes last among agents that lack as many labels', () => {
    const agents = [agent([], null, 'never'), agent([], 100, 'once'), agent([], null, 'neither')];
    const reason = first(run({ isPrefect1: true, tags: ['a'], agents }));
    expect(reason).toMatchObject({ agents: [{ id: 'once' }, { id: 'never' }, { id: 'neither' }], since: at(-300) });
  });

  test('a worker does not take a Prefect 1 run', () => {
    expect(because(run({ isPrefect1: true, place: null }))).toEqual(['NoAgent', 'LateRun']);
  });
});

test.each<[string, Partial<Facts>, object]>([
  ['PENDING', { stateType: 'PENDING' }, { kind: 'PendingRun', since: at(-300), seconds: 300 }],
  ['PENDING', { stateType: 'PENDING', stateTimestamp: at(5) }, { kind: 'PendingRun', since: at(5), seconds: 0 }],
  ['CANCELLING', { stateType: 'CANCELLING' }, { kind: 'CancellingRun', since: at(-300), seconds: 300 }],
  [
    'PAUSED',
    { stateType: 'PAUSED', details: { ...NO_DETAILS, pauseTimeout: at(60), pauseKey: 'key' } },
    { kind: 'PausedRun', since: at(-300), pauseTimeout: at(60), pauseKey: 'key', suspended: false },
  ],
  ['due', { limits: [LIMIT] }, { kind: 'NoFreeSlot', since: at(-40), limit: 2, taken: 2, holders: LIMIT.holders }],
])('the first reason of a run that is %s holds its facts', (_, facts, expected) => {
  expect(first(run(facts))).toMatchObject(expected);
});

test('a pending run that was taken early also waits for its scheduled time', () => {
  const details = { scheduledTime: at(90) };
  expect(because(run({ stateType: 'PENDING', details }))).toEqual(['ScheduledInFuture', 'PendingRun']);
});

test('a cancelling run names the task runs that still run in it', () => {
  const unfinishedTaskRuns = { count: 3, ids: ['a', 'b', 'c'] };
  const reasons = whyNotRunning(run({ stateType: 'CANCELLING', unfinishedTaskRuns }), NOW);
  expect(reasons?.[1]).toMatchObject({ kind: 'TaskRunsStillRunning', count: 3, taskRunIds: ['a', 'b', 'c'] });
});

test.each([
  ['{"properties": {"x": {}, "y": {}}, "required": ["x", 1]}', ['x', 'y'], ['x']],
  ['{"properties": {"x": {}}}', ['x'], []],
  ['{}', [], []],
  ['null', [], []],
  ['no JSON', [], []],
  [null, [], []],
])('a run that waits for input of the schema %s names its keys', (inputSchema, keys, requiredKeys) => {
  const details = { runInputKeyset: { schema: 'k-schema', response: 'k-response' } };
  const reasons = whyNotRunning(run({ stateType: 'PAUSED', details, inputSchema }), NOW);
  expect(reasons?.[1]).toMatchObject({ kind: 'WaitingForInput', schemaKey: 'k-schema', keys, requiredKeys });
});

test('a run that waits for input without a schema names no keys', () => {
  const reasons = whyNotRunning(run({ stateType: 'PAUSED', details: { runInputKeyset: { response: 'r' } } }), NOW);
  expect(reasons?.[1]).toMatchObject({ schemaKey: null, keys: [], message: 'The run waits for input.' });
});

const gone = [
  { lastHeartbeat: at(-86_400 * 3), heartbeatIntervalSeconds: 30 },
  { lastHeartbeat: at(-86_400 * 2), heartbeatIntervalSeconds: 30 },
];
const pausedUntil = (pauseTimeout: Instant | null, pauseReschedule = false) =>
  run({ stateType: 'PAUSED', details: { pauseTimeout, pauseReschedule } });
test.each<[string, WhyNotRunningFacts]>([
  ['The run is due at 2026-11-21T12:02:00.000000Z, in 2 min.', run({ due: at(120) })],
  ['The run failed; its next retry is at 2026-11-21T12:01:00.000000Z, in 60 s.', run({ ...retrying, due: at(60) })],
  [
    'The run can request a slot again at 2026-11-21T12:00:30.000000Z, in 30 s.',
    run({ ...noSlot, limits: [], due: at(30) }),
  ],
  ['The run has been due for 3 min, and no worker or agent has picked it up.', run()],
  ['The run has been due for 3 min, and its process has not started the retry.', run(retrying)],
  [
    'The run is in no work queue, so no worker picks it up: the process that created it must run it.',
    run({ place: null }),
  ],
  ['The work pool “kubernetes” is paused.', placed({ isPoolPaused: true })],
  ['The work queue “default” of the pool “kubernetes” is paused.', placed({ isQueuePaused: true })],
  ['The work pool “kubernetes” has no online worker: there has never been one.', placed({ workers: [] })],
  ['The work pool “kubernetes” has no online worker: the last heartbeat was 2 days ago.', placed({ workers: gone })],
  [
    'The work queue “default” of the pool “kubernetes” is not polled by any worker: the last poll was 2 h ago.',
    placed({ lastPolled: at(-7_200) }),
  ],
  [
    'No agent with all labels of the run (a, b) has polled in the last 60 s.',
    run({ isPrefect1: true, tags: ['a', 'b'] }),
  ],
  ['No agent without labels has polled in the last 60 s.', run({ isPrefect1: true })],
  ['All concurrency slots of the deployment “nightly” are taken: 2 of 2.', run({ limits: [LIMIT] })],
  [
    'The concurrency limit of the deployment “nightly” is 0: no run can start.',
    run({ limits: [{ ...LIMIT, limit: 0, taken: 0 }] }),
  ],
  [
    'The run has been pending for 5 min: it was picked up, but has not reported that it is running.',
    run({ stateType: 'PENDING' }),
  ],
  ['The run is paused until it is resumed.', pausedUntil(null)],
  ['The run is suspended until it is resumed; it fails in 10 min.', pausedUntil(at(600), true)],
  ['The run is paused until it is resumed; the pause has timed out, and the run will fail.', pausedUntil(at(-1))],
  [
    'The run has been cancelling for 5 min: its infrastructure has not reported that it stopped.',
    run({ stateType: 'CANCELLING' }),
  ],
])('the first reason reads: %s', (message, facts) => {
  expect(messages(facts)?.[0]).toBe(message);
});

test.each([
  [
    'The run waits for input: x, y.',
    run({ stateType: 'PAUSED', details: { runInputKeyset: {} }, inputSchema: '{"properties": {"x": {}, "y": {}}}' }),
  ],
  ['1 task run has not ended.', run({ stateType: 'CANCELLING', unfinishedTaskRuns: { count: 1, ids: ['a'] } })],
  ['12 task runs have not ended.', run({ stateType: 'CANCELLING', unfinishedTaskRuns: { count: 12, ids: ['a'] } })],
])('the second reason reads: %s', (message, facts) => {
  expect(messages(facts)?.[1]).toBe(message);
});

test.each([
  [0.4, '0 s'],
  [119, '119 s'],
  [120, '2 min'],
  [7_199, '119 min'],
  [7_200, '2 h'],
  [172_799, '47 h'],
  [172_800, '2 days'],
])('%d seconds are roughly %s', (seconds, text) => {
  expect(roughly(seconds)).toBe(text);
});
