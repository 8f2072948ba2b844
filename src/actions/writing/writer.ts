import type { FlowRunState, State, TaskRunState } from '../../core/runs/state.ts';
import type { Problem } from '../../core/values/problem.ts';
import type { Database, Transaction } from '../../store/connection/database.ts';
import { isOneRowsFault, isTransient } from '../../store/connection/databaseErrors.ts';
import type { RequestedInput } from '../../store/flowRuns/createFlowRunInputs.ts';
import type { Streams, Topic } from '../../streams/streams.ts';
import { atOnce } from './atOnce.ts';
import { Coalescer } from './coalescer.ts';
import {
  type CreatedFlowRun,
  createFlowRunAlone,
  createFlowRunBatch,
  type FlowRunCreationJob,
} from './createFlowRunBatch.ts';
import {
  type CreatedFlowRunInput,
  createFlowRunInputBatch,
  createFlowRunInputsAtOnce,
} from './createFlowRunInputBatch.ts';
import { type CreatedTaskRun, createTaskRunBatch, type TaskRunCreationJob } from './createTaskRunBatch.ts';
import { createTaskRunsAtOnce } from './createTaskRunsAtOnce.ts';
import { DatabaseClock } from './databaseClock.ts';
import { type FlowRunFollower, type FlowRunMoveJob, moveFlowRunBatch } from './moveFlowRunBatch.ts';
import type { MoveAnswer, Moved } from './moveOutcome.ts';
import { moveTaskRunAlone, type RecentTaskRuns } from './moveTaskRunAlone.ts';
import { moveTaskRunBatch, type TaskRunMoveJob } from './moveTaskRunBatch.ts';
import { Recent } from './recent.ts';
import { type ReportAnswer, type ReportJob, takeReportBatch } from './takeReportBatch.ts';
import { type LogJob, type WrittenLogs, writeLogBatch } from './writeLogBatch.ts';

/** A move's answer, and the state that it wrote; null if it wrote none. */
export type WrittenMove<RunState extends State> = { answer: MoveAnswer; state: RunState | null };

export interface Writer {
  flowRunCreations: Coalescer<FlowRunCreationJob, CreatedFlowRun>;
  flowRunInputs: Coalescer<RequestedInput, CreatedFlowRunInput>;
  flowRunMoves: Coalescer<FlowRunMoveJob, WrittenMove<FlowRunState>>;
  taskRunMoves: Coalescer<TaskRunMoveJob, WrittenMove<TaskRunState>>;
  taskRunCreations: Coalescer<TaskRunCreationJob, CreatedTaskRun>;
  taskRunReports: Coalescer<ReportJob, ReportAnswer>;
  logs: Coalescer<LogJob, WrittenLogs>;
}

interface WriterOptions {
  /** The most writes of a kind and of one tenant that may wait; of all tenants, twice as many. */
  maxWaiting: number;
  /** What follows when flow runs move. */
  followers: readonly FlowRunFollower[];
}

// Two flushes in flight keep the database busy while this process handles one of them; more flushes only make batches
// smaller.
const MAX_IN_FLIGHT = 2;
const MAX_JOBS_PER_FLUSH = 256;
// Serialising, sending and parsing a statement of this size takes some 10 ms, in which the process serves no other
// request. 256 requests can add up to a gigabyte, which takes seconds and more memory than most servers have.
const MAX_BYTES_PER_FLUSH = 4_000_000;
const MAX_BYTES_WAITING = 128_000_000;
/** Most task runs that move again do so within this time. */
const RECENT_MS = 60_000;

/**
 * Creates the writer of runs, states and logs. It gathers each kind of write into few transactions and announces them
 * after the commit.
 */
export function createWriter(database: Database, streams: Streams, { maxWaiting, followers }: WriterOptions): Writer {
  const recent: RecentTaskRuns = new Recent(RECENT_MS);
  const clock = new DatabaseClock();

  const inTransaction =
    <Job, Written>(write: (transaction: Transaction, jobs: Job[]) => Promise<Written>) =>
    (jobs: Job[]) =>
      database.transaction((transaction) => write(transaction, jobs), { byKeys: true });

  /** A single job does not need the transaction of a batch, unless `writeOne` returns null. */
  const orAlone =
    <Job, Written>(writeOne: (job: Job) => Promise<Written | null>, writeAll: (jobs: Job[]) => Promise<Written>) =>
    async (jobs: Job[]) => {
      const [only, ...others] = jobs;
      return (only && others.length === 0 && (await writeOne(only))) || writeAll(jobs);
    };

  function coalesce<Job, Answer, Written extends { topics: Set<Topic> }>(
    groupOf: (job: Job) => string | null,
    rowsOf: (job: Job) => readonly string[],
    write: (jobs: Job[]) => Promise<Written>,
    answersOf: (written: Written) => (Answer | Problem)[],
  ) {
    return new Coalescer<Job, Answer>({
      flush: async (jobs) => {
        const written = await write(jobs);
        streams.announce(written.topics);
        return answersOf(written);
      },
      groupOf,
      rowsOf,
      isTransient,
      isOneRowsFault,
      maxJobsPerFlush: MAX_JOBS_PER_FLUSH,
      maxBytesPerFlush: MAX_BYTES_PER_FLUSH,
      maxInFlight: MAX_IN_FLIGHT,
      maxWaiting,
      maxBytesWaiting: MAX_BYTES_WAITING,
    });
  }
  return {
    flowRunCreations: coalesce(
      ({ run }) => run.tenantId,
      ({ run }: FlowRunCreationJob) => (run.idempotencyKey ? [`${run.flowId} ${run.idempotencyKey}`] : []),
      orAlone(
        (job) => createFlowRunAlone(database, clock, job),
        inTransaction((transaction, jobs) => createFlowRunBatch(transaction, clock, jobs)),
      ),
      ({ answers }) => answers,
    ),
    flowRunInputs: coalesce(
      tenantOf,
      ({ input }: RequestedInput) => [input.flowRunId],
      (jobs) => atOnce(database, jobs, { attempt: createFlowRunInputsAtOnce, batch: createFlowRunInputBatch }),
      ({ answers }) => answers,
    ),
    flowRunMoves: coalesce(
      tenantOf,
      ({ flowRunId }: FlowRunMoveJob) => [flowRunId],
      inTransaction((transaction, jobs) => moveFlowRunBatch(transaction, jobs, followers)),
      withStates,
    ),
    taskRunMoves: coalesce(
      tenantOf,
      ({ taskRunId }: TaskRunMoveJob) => [taskRunId],
      orAlone((job) => moveTaskRunAlone(database, recent, job), inTransaction(moveTaskRunBatch)),
      withStates,
    ),
    taskRunCreations: coalesce(
      ({ run }) => run.tenantId,
      ({ run }: TaskRunCreationJob) => [run.flowRunId ?? run.taskKey],
      (jobs) =>
        atOnce(database, jobs, {
          attempt: (connected, some) => createTaskRunsAtOnce(connected, clock, recent, some),
          batch: createTaskRunBatch,
        }),
      ({ answers }) => answers,
    ),
    taskRunReports: coalesce(
      tenantOf,
      ({ rows }: ReportJob) => rows,
      inTransaction(takeReportBatch),
      ({ answers }) => answers,
    ),
    logs: coalesce(
      tenantOf,
      ({ runs }: LogJob) => [...new Set(runs.map(runOfLine))],
      inTransaction(writeLogBatch),
      ({ answers }) => answers,
    ),
  };
}

const tenantOf = ({ tenantId }: { tenantId: string | null }) => tenantId;

const runOfLine = ({ flowRunId, taskRunId }: LogJob['runs'][number]) => flowRunId ?? taskRunId ?? '';

const withStates = <RunState extends State>({
  answers,
  states,
}: Moved<RunState>): (WrittenMove<RunState> | Problem)[] =>
  answers.map((answer) => ('verdict' in answer ? { answer, state: states.get(answer.stateId) ?? null } : answer));

/** Resolves when every submitted job has been answered. */
export async function drainWriter(writer: Writer): Promise<void> {
  await Promise.all(Object.values(writer).map((coalescer) => coalescer.drain()));
}
