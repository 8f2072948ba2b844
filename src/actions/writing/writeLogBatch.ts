import { Problem, type ProblemCode } from '../../core/values/problem.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { KeyedRequest } from '../../store/connection/idempotencyKeys.ts';
import { insertLogs, knownLogs, type LogPlace, type LogRun, type NewLog, runsOfLogs } from '../../store/runs/logs.ts';
import type { Topic } from '../../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { isOf } from './moveOutcome.ts';

/** About the size of a line in memory and in the statement, without its texts. */
export const LINE_BYTES = 250;

/** The runs that a line names. Lines of one job with the same runs share one object, which is looked up once. */
export interface NamedRuns {
  readonly flowRunId: string | null;
  readonly taskRunId: string | null;
}

/** A line whose form was checked, with its index in its batch. */
export interface LogLine extends Omit<NewLog, 'place'> {
  index: number;
  runs: NamedRuns;
}

export interface LogJob {
  /** Null for runs of any tenant. */
  tenantId: string | null;
  lines: LogLine[];
  /** The runs of all lines, each once. */
  runs: readonly NamedRuns[];
  /** Lines that were rejected for their form. */
  rejected: RejectedLine[];
  request: KeyedRequest | null;
  /** Whether each line's id is derived from its content: a line whose id is stored was sent again and is skipped. Default false. */
  idsAreContent?: boolean;
}

export interface RejectedLine {
  /** The index of the line in the batch, from 0. */
  index: number;
  code: ProblemCode;
  message: string;
}

export interface WrittenLogs {
  written: number;
  rejected: RejectedLine[];
}

/**
 * Writes batches of log lines, all of them in this transaction. A bad line is skipped and listed in the answer; the
 * others are stored.
 */
export async function writeLogBatch(
  transaction: Transaction,
  jobs: readonly LogJob[],
): Promise<{ answers: (WrittenLogs | Problem)[]; topics: Set<Topic> }> {
  const named = jobs.flatMap(({ runs }) => runs);
  const [runs, book] = await Promise.all([
    runsOfLogs(
      transaction,
      unique(named.flatMap(({ flowRunId }) => flowRunId ?? [])),
      unique(named.flatMap(({ taskRunId }) => taskRunId ?? [])),
    ),
    AnswerBook.open(
      transaction,
      jobs.map(({ request }) => request),
    ),
  ]);
  const repeatable = jobs.flatMap((job) => (job.idsAreContent ? job.lines.map(({ id }) => id) : []));
  const known = repeatable.length === 0 ? new Set<string>() : await knownLogs(transaction, repeatable);
  const logs: NewLog[] = [];
  const answers = jobs.map((job) =>
    book.once<WrittenLogs>(job.request, () => {
      const places = new Map(job.runs.map((one) => [one, placeOf(one, job.tenantId, runs)]));
      const rejected = [...job.rejected];
      for (const { index, runs: ofLine, id, timestamp, level, name, message, info } of job.lines) {
        const place = places.get(ofLine);
        if (place === undefined) throw new Error('a log line has runs that its job lacks');
        if (place instanceof Problem) {
          rejected.push({ index, code: place.code, message: place.message });
          continue;
        }
        if (!known.has(id)) logs.push({ id, place, timestamp, level, name, message, info });
        if (job.idsAreContent) known.add(id);
      }
      const written = job.lines.length + job.rejected.length - rejected.length;
      return { written, rejected: rejected.sort((a, b) => a.index - b.index) };
    }),
  );
  if (logs.length > 0) insertLogs(transaction, logs);
  book.save();
  return { answers, topics: topicsOf(new Set(logs.map(({ place }) => place))) };
}

const unique = (ids: string[]) => [...new Set(ids)];

function topicsOf(places: Iterable<LogPlace>): Set<Topic> {
  const topics = new Set<Topic>();
  for (const { flowRunId, taskRunId } of places) {
    if (flowRunId !== null) topics.add(`flowRunLogs:${flowRunId}`);
    if (taskRunId !== null) topics.add(`taskRunLogs:${taskRunId}`);
  }
  return topics;
}

/** Gives all lines with the same runs the same object. */
export class LineRuns {
  private readonly known = new Map<string, NamedRuns>();
  private last: NamedRuns | null = null;

  of(flowRunId: string | null, taskRunId: string | null): NamedRuns {
    // Most lines have the runs of the line before.
    if (this.last?.flowRunId === flowRunId && this.last.taskRunId === taskRunId) return this.last;
    const key = `${flowRunId} ${taskRunId}`;
    const runs = this.known.get(key) ?? { flowRunId, taskRunId };
    this.known.set(key, runs);
    this.last = runs;
    return runs;
  }

  all(): NamedRuns[] {
    return [...this.known.values()];
  }
}

function placeOf(
  { flowRunId: named, taskRunId }: NamedRuns,
  tenantId: string | null,
  runs: ReadonlyMap<string, LogRun>,
): LogPlace | Problem {
  for (const [noun, id] of [
    ['Flow run', named],
    ['Task run', taskRunId],
  ] as const) {
    const run = id === null ? null : runs.get(id);
    if (run === undefined || (run !== null && !isOf(tenantId, run))) {
      return new Problem('REFERENCE_NOT_FOUND', `${noun} with id ${id} not found`);
    }
  }
  const around = taskRunId === null ? null : (runs.get(taskRunId)?.flowRunId ?? null);
  if (named !== null && taskRunId !== null && around !== named) {
    return new Problem('BAD_USER_INPUT', `Task run ${taskRunId} is not one of flow run ${named}.`);
  }
  const flowRunId = named ?? around;
  const runId = flowRunId ?? taskRunId;
  const owner = runs.get(named ?? taskRunId ?? '');
  return runId === null || owner === undefined
    ? new Problem('BAD_USER_INPUT', 'A log line names a flow run or a task run.')
    : { runId, flowRunId, taskRunId, tenantId: owner.tenantId };
}
