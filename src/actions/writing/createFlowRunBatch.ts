import type { Beginning } from '../../core/rules/begin.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import type { FlowRunState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Queryable, Transaction } from '../../store/connection/database.ts';
import { flowRunKeyText, flowRunsByKeys } from '../../store/flowRuns/flowRuns.ts';
import { type BegunFlowRun, type InsertedFlowRun, insertFlowRuns } from '../../store/flowRuns/insertFlowRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import type { Attachable } from './attachment.ts';
import type { DatabaseClock } from './databaseClock.ts';

export interface FlowRunCreationJob extends Attachable {
  run: Pick<FlowRun, 'tenantId' | 'flowId'> & { idempotencyKey?: string | null | undefined };
  /** Gives the run its first state, at this time. */
  begin: (now: Instant) => BegunForJob | Problem;
  /** What follows in the transaction that creates the run. The runs of all jobs with the same function are given together. */
  follow?: FollowCreations | null;
}

type BegunForJob = Beginning<FlowRun> & Pick<BegunFlowRun, 'prefect1'>;

type Begun = BegunForJob & { job: FlowRunCreationJob };

/** A run that a job created. */
export interface FlowRunCreation {
  job: FlowRunCreationJob;
  begun: BegunForJob;
  flowRun: FlowRun;
}

export type FollowCreations = (
  transaction: Transaction,
  created: readonly FlowRunCreation[],
) => Promise<Iterable<Topic>>;

/** A new flow run with its first state, or the existing run of its flow that has its idempotency key. */
export type CreatedFlowRun =
  | { created: true; flowRun: FlowRun; state: FlowRunState }
  | { created: false; flowRun: FlowRun; state: null };

interface CreatedFlowRuns {
  answers: (CreatedFlowRun | Problem)[];
  topics: Set<Topic>;
}

/** Creates one flow run with one statement. Null, and nothing is written, if something follows: use `createFlowRunBatch`. */
export async function createFlowRunAlone(
  database: Queryable,
  clock: DatabaseClock,
  job: FlowRunCreationJob,
): Promise<CreatedFlowRuns | null> {
  return job.follow ? null : writeFlowRuns(database, clock, [job]);
}

/** Creates flow runs with one statement, and what follows, all of them in this transaction. */
export async function createFlowRunBatch(
  transaction: Transaction,
  clock: DatabaseClock,
  jobs: readonly FlowRunCreationJob[],
): Promise<CreatedFlowRuns> {
  const { answers, topics, created } = await writeFlowRuns(transaction, clock, jobs);
  for (const follow of new Set(jobs.map((job) => job.follow))) {
    const followed = created.filter(({ job }) => job.follow === follow);
    if (follow && followed.length > 0) for (const topic of await follow(transaction, followed)) topics.add(topic);
  }
  return { answers, topics };
}

/** Between two statements, the run with a key may be deleted, and the process may be suspended. */
const MAX_TRIES = 5;

/**
 * Writes the runs of jobs with their first states, in one statement. Only if flows have runs with the same idempotency keys,
 * another one reads those.
 */
async function writeFlowRuns(
  database: Queryable,
  clock: DatabaseClock,
  jobs: readonly FlowRunCreationJob[],
): Promise<CreatedFlowRuns & { created: FlowRunCreation[] }> {
  const answers = new Map<FlowRunCreationJob, CreatedFlowRun | Problem>();
  const created: FlowRunCreation[] = [];
  let open = jobs;
  for (let tries = 1; open.length > 0; tries += 1) {
    if (tries > MAX_TRIES) throw new Error('flow runs with the same keys are created and deleted all the time');
    const decidedAt = await clock.read(database);
    const begun: Begun[] = [];
    for (const job of open) {
      const beginning = job.begin(decidedAt);
      if (beginning instanceof Problem) answers.set(job, beginning);
      else begun.push({ ...beginning, job });
    }
    if (begun.length === 0) break;
    const { now, inserted } = await insertFlowRuns(database, begun, decidedAt);
    if (!inserted) clock.forget();
    clock.learn(now);
    const taken = inserted ? begun.filter((one, index) => !settle(one, inserted[index])) : [];
    if (taken.length > 0) await findByKeys(taken);
    open = open.filter((job) => !answers.has(job));
  }

  /** Returns whether the job has its answer. */
  function settle({ job, ...begun }: Begun, inserted: InsertedFlowRun | undefined): boolean {
    if (!inserted) return false;
    const { written } = inserted;
    const missing = missingReference(begun.run, inserted);
    if (missing) answers.set(job, missing);
    else if (written) {
      answers.set(job, { created: true, ...written });
      created.push({ job, begun, flowRun: written.flowRun });
    }
    return missing !== null || written !== null;
  }

  async function findByKeys(taken: readonly Begun[]): Promise<void> {
    const known = await flowRunsByKeys(
      database,
      taken.map(({ run }) => run),
    );
    for (const { job, run } of taken) {
      const flowRun = known.get(flowRunKeyText(run));
      if (flowRun) answers.set(job, { created: false, flowRun, state: null });
    }
  }

  return {
    answers: jobs.flatMap((job) => answers.get(job) ?? []),
    topics: new Set(created.map(({ flowRun }): Topic => `flowRunStates:${flowRun.id}`)),
    created,
  };
}

function missingReference(
  { flowId, deploymentId, parentTaskRunId }: FlowRun,
  { flow, deployment, parentTaskRun }: InsertedFlowRun,
): Problem | null {
  for (const [noun, id, exists] of [
    ['Flow', flowId, flow],
    ['Deployment', deploymentId, deployment],
    ['Task run', parentTaskRunId, parentTaskRun],
  ] as const) {
    if (!exists) return new Problem('REFERENCE_NOT_FOUND', `${noun} with id ${id} not found`);
  }
  return null;
}
