import { Problem, type ProblemCode } from '../../core/values/problem.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { KeyedRequest } from '../../store/connection/idempotencyKeys.ts';
import { insertLogs, knownLogs, type LogRun, type NewLog, runsOfLogs } from '../../store/runs/logs.ts';
import type { Topic } from '../../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { isOf } from './moveOutcome.ts';

/** A line whose form was checked, with its index in its batch. */
export interface LogLine extends Omit<NewLog, 'runId' | 'tenantId'> {
  index: number;
}

export interface LogJob {
  /** Null for runs of any tenant. */
  tenantId: string | null;
  lines: LogLine[];
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
  const lines = jobs.flatMap((job) => job.lines);
  const [runs, book] = await Promise.all([
    runsOfLogs(
      transaction,
      unique(lines.flatMap(({ flowRunId }) => flowRunId ?? [])),
      unique(lines.flatMap(({ taskRunId }) => taskRunId ?? [])),
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
      const placed = job.lines.map((line) => ({ line, place: placeOf(line, job.tenantId, runs) }));
      const rejected = [...job.rejected];
      let written = 0;
      for (const { line, place } of placed) {
        if (place instanceof Problem) {
          rejected.push({ index: line.index, code: place.code, message: place.message });
        } else {
          const { index: _, ...log } = line;
          if (!known.has(log.id)) logs.push({ ...log, ...place });
          if (job.idsAreContent) known.add(log.id);
          written += 1;
        }
      }
      return { written, rejected: rejected.sort((a, b) => a.index - b.index) };
    }),
  );
  if (logs.length > 0) insertLogs(transaction, logs);
  book.save();
  const topics = logs.flatMap(({ flowRunId, taskRunId }): Topic[] => [
    ...(flowRunId === null ? [] : [`flowRunLogs:${flowRunId}` as const]),
    ...(taskRunId === null ? [] : [`taskRunLogs:${taskRunId}` as const]),
  ]);
  return { answers, topics: new Set(topics) };
}

const unique = (ids: string[]) => [...new Set(ids)];

function placeOf(
  line: LogLine,
  tenantId: string | null,
  runs: Map<string, LogRun>,
): Pick<NewLog, 'runId' | 'flowRunId' | 'tenantId'> | Problem {
  for (const [noun, id] of [
    ['Flow run', line.flowRunId],
    ['Task run', line.taskRunId],
  ] as const) {
    const run = id === null ? null : runs.get(id);
    if (run === undefined || (run !== null && !isOf(tenantId, run))) {
      return new Problem('REFERENCE_NOT_FOUND', `${noun} with id ${id} not found`);
    }
  }
  const around = line.taskRunId === null ? null : (runs.get(line.taskRunId)?.flowRunId ?? null);
  if (line.flowRunId !== null && line.taskRunId !== null && around !== line.flowRunId) {
    return new Problem('BAD_USER_INPUT', `Task run ${line.taskRunId} is not one of flow run ${line.flowRunId}.`);
  }
  const flowRunId = line.flowRunId ?? around;
  const runId = flowRunId ?? line.taskRunId;
  const owner = runs.get(line.flowRunId ?? line.taskRunId ?? '');
  return runId === null || owner === undefined
    ? new Problem('BAD_USER_INPUT', 'A log line names a flow run or a task run.')
    : { runId, flowRunId, tenantId: owner.tenantId };
}
