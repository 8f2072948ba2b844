import { STATE_TYPES } from '../../src/core/runs/state.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import type { Database } from '../../src/store/connection/database.ts';
import { random } from './random.ts';
import {
  insertFlowRuns,
  insertFlows,
  insertLogs,
  insertRows,
  insertTaskRuns,
  NOON,
  newFlow,
  newFlowRun,
  newLog,
  newTaskRun,
} from './rows.ts';

// Generated rows of all that can be filtered. Values are few, so that many rows share them, and many are null; texts hold
// what patterns and JSON trip over.

export const TAGS = ['red', 'green', 'it\'s "blue", {so}', '\\'];
const NAMES = ['alpha', 'Alphabet', '100%', '100 percent', 'under_score', 'under-score', 'back\\slash', 'ÄÖÜ', ''];

export function rowsOfEveryKind(seed: number) {
  const dice = random(seed);
  const time = () => dice.one([NOON - 1, NOON, NOON + 1]);
  const maybe = <Value>(value: Value) => dice.one([null, value]);
  const many = <Row>(count: number, row: (number: number) => Row) => Array.from({ length: count }, (_, at) => row(at));
  const idOf = (rows: { id: string }[]) => dice.one(rows).id;
  /** Unique names, some of which begin alike. */
  const named = (number: number) => ({
    ...newFlow(),
    name: `${dice.one(NAMES)} ${number}`,
    tags: dice.some(TAGS),
    created: time(),
  });

  const flows = many(5, named);
  const limits = many(3, (number) => ({ ...named(number), limit: number + 1 }));
  const pools = many(8, (number) => ({
    ...named(number),
    type: ['process', 'Docker', 'docker_cloud'][number % 3] ?? '',
    isPaused: dice.one([true, false]),
    concurrencyLimit: [null, 1, 2][number % 3] ?? null,
  }));
  const queues = many(9, (number) => ({
    ...newFlow(),
    name: ['default', 'Default-gpu', 'de_fault'][Math.floor(number / 3)] ?? '',
    created: time(),
    workPoolId: pools[number % 3]?.id ?? '',
    isPaused: dice.one([true, false]),
    concurrencyLimit: dice.one([null, 1, 2]),
    priority: dice.one([1, 2, 3]),
    lastPolled: maybe(time()),
  }));
  const deployments = many(12, (number) => ({
    ...named(number),
    flowId: idOf(flows.slice(0, 3)),
    version: dice.one([null, 'v1', 'V2']),
    paused: dice.one([true, false]),
    workQueueId: maybe(idOf(queues.slice(0, 6))),
    concurrencyLimitId: maybe(idOf(limits)),
  }));
  const times = () => ({
    startTime: maybe(time()),
    expectedStartTime: maybe(time()),
    nextScheduledStartTime: maybe(time()),
    endTime: maybe(time()),
  });
  const run = () => ({
    name: dice.one(NAMES),
    tags: dice.some(TAGS),
    created: time(),
    stateType: dice.one(STATE_TYPES),
    stateName: dice.one(['Late', 'Running', 'AwaitingRetry']),
    ...times(),
  });
  const parents = many(20, () =>
    newFlowRun(idOf(flows.slice(0, 4)), { ...run(), deploymentId: maybe(idOf(deployments.slice(0, 9))) }),
  );
  const taskRuns = many(120, (number) =>
    newTaskRun(maybe(idOf(parents)), {
      ...run(),
      taskKey: dice.one(['extract', 'Extract_all', 'load']),
      dynamicKey: String(number),
    }),
  );
  const flowRuns = [
    ...parents,
    ...many(100, (number) =>
      newFlowRun(idOf(flows.slice(0, 4)), {
        ...run(),
        deploymentId: maybe(idOf(deployments.slice(0, 9))),
        workQueueId: maybe(idOf(queues.slice(0, 8))),
        parentTaskRunId: maybe(idOf(taskRuns)),
        flowVersion: dice.one([null, '1', '1.1']),
        idempotencyKey: maybe(`${dice.one(['key', 'Key_'])} ${number}`),
        autoScheduled: dice.one([true, false]),
      }),
    ),
  ];
  const logs = many(120, (number) => {
    const taskRun = dice.one([null, dice.one(taskRuns)]);
    const flowRunId = taskRun ? taskRun.flowRunId : idOf(parents);
    const ofRun = { ...(flowRunId && { flowRunId }), ...(taskRun && { taskRunId: taskRun.id }) };
    return newLog(ofRun, number + 1, {
      level: dice.one([10, 20, 30]),
      timestamp: time(),
      name: dice.one(['flow_runs', 'task.Runs']),
      message: dice.one(['100% done', '100 done', 'say "hello" now', 'Two words, a_b', 'a-b \\ words two', '-x +y']),
    });
  });
  return { flows, limits, pools, queues, deployments, flowRuns, taskRuns, logs };
}

export type RowsOfEveryKind = ReturnType<typeof rowsOfEveryKind>;

/** Inserts them, as a tenant's. */
export async function insertRowsOfEveryKind(
  database: Database,
  rows: RowsOfEveryKind,
  tenantId: string = DEFAULT_TENANT_ID,
): Promise<void> {
  const owned = <Row extends object>(those: Row[]) => those.map((row) => ({ ...row, tenantId }));
  const { flows, limits, pools, queues, deployments, flowRuns, taskRuns, logs } = rows;
  await insertFlows(database, owned(flows));
  await insertRows(database, 'concurrency_limit', owned(limits));
  await insertRows(database, 'work_pool', owned(pools));
  await insertRows(database, 'work_queue', owned(queues));
  await insertRows(database, 'deployment', owned(deployments));
  const isParent = ({ parentTaskRunId }: { parentTaskRunId: string | null }) => parentTaskRunId === null;
  await insertFlowRuns(database, owned(flowRuns.filter(isParent)));
  await insertTaskRuns(database, owned(taskRuns));
  await insertFlowRuns(database, owned(flowRuns.filter((run) => !isParent(run))));
  await insertLogs(database, logs, tenantId);
}
