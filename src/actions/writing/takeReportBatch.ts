import { applyReport } from '../../core/rules/applyReport.ts';
import { keepsSlots } from '../../core/rules/concurrencyRules.ts';
import { afterMove } from '../../core/runs/move.ts';
import { Problem } from '../../core/values/problem.ts';
import { releaseSlots } from '../../store/concurrency/concurrencySlotWrites.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { KeyedRequest } from '../../store/connection/idempotencyKeys.ts';
import { enclosingFlowRuns } from '../../store/taskRuns/enclosingFlowRuns.ts';
import { keysText } from '../../store/taskRuns/taskRunKeys.ts';
import {
  insertTaskRunStates,
  ownersOfTaskRunStates,
  type WrittenTaskRunState,
} from '../../store/taskRuns/taskRunStates.ts';
import { type MovedTaskRun, updateMovedTaskRuns } from '../../store/taskRuns/updateMovedTaskRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { flowRunOf, missingFlowRun, takenId } from './createTaskRunBatch.ts';
import { findReportedRuns, type Report } from './findReportedRuns.ts';
import { taskRunTopics } from './moveTaskRunBatch.ts';
import type { RejectedLine } from './writeLogBatch.ts';

export interface ReportJob {
  tenantId: string;
  reports: Report[];
  /** Reports with invalid input. */
  rejected: RejectedLine[];
  request: KeyedRequest | null;
  /** The keys of the task runs, as `keysText`. */
  rows: string[];
}

export interface ReportAnswer {
  /** In the order of the batch, without the rejected reports. `written` is false if the state was known already. */
  reported: { taskRunId: string; stateId: string; written: boolean }[];
  rejected: RejectedLine[];
}

/**
 * Stores states that engines reached by themselves. No rule runs, so no state is refused for the run's current state.
 * A missing task run is created from its first report. A state that is older than the current one goes to the history only.
 * A state whose id is known changes nothing, and is a CONFLICT for any other task run.
 * Source: Prefect 3, server/services/task_run_recorder.py.
 */
export async function takeReportBatch(
  transaction: Transaction,
  jobs: readonly ReportJob[],
): Promise<{ answers: (ReportAnswer | Problem)[]; topics: Set<Topic> }> {
  const book = await AnswerBook.open(
    transaction,
    jobs.map(({ request }) => request),
  );
  const reports = book.unanswered(jobs).flatMap((job) => job.reports);
  const flowRuns = await enclosingFlowRuns(transaction, [
    ...new Set(reports.flatMap(({ run }) => run.flowRunId ?? [])),
  ]);
  const allowed = reports.filter(({ run }) => !missingFlowRun(run, flowRunOf(run, flowRuns)));
  const owners = await ownersOfTaskRunStates(
    transaction,
    allowed.map(({ state }) => state.id),
  );
  const runs = await findReportedRuns(transaction, allowed, owners, flowRuns);
  const written: WrittenTaskRunState[] = [];
  const moved = new Map<string, MovedTaskRun>();
  const released: string[] = [];

  const take = ({ run: asked, state: reported }: Report): ReportAnswer['reported'][number] | Problem => {
    const entry = runs.get(keysText(asked));
    const owner = owners.get(reported.id);
    if (owner !== undefined && owner !== entry?.locked.run.id)
      return new Problem('CONFLICT', `The state ${reported.id} belongs to another task run.`);
    if (!entry) return takenId(asked.id);
    const { isNew, locked } = entry;
    const answer = { taskRunId: locked.run.id, stateId: reported.id };
    if (owner !== undefined) return { ...answer, written: false };
    owners.set(reported.id, locked.run.id);
    const { state, changes, outOfOrder } = applyReport({
      run: isNew ? null : locked.run,
      initial: isNew ? null : locked.initial,
      state: reported,
      prefect1: locked.prefect1 !== null,
    });
    // Reports take no slots, but they release the slots that the run took when it was moved.
    if (changes && !keepsSlots('task_run', state.type))
      released.push(...(locked.limited?.slots ?? []).map(({ id }) => id));
    const version = isNew ? 1 : locked.run.version + 1;
    const after = afterMove(locked, { version, state, changes });
    const { run, initial, prefect1 } = after;
    written.push({ taskRunId: run.id, flowRunId: run.flowRunId, version, state, outOfOrder });
    moved.set(run.id, { id: run.id, version, changes: run, state: { ...initial, prefect1 } });
    runs.set(keysText(asked), { isNew: false, locked: after });
    return { ...answer, written: true };
  };

  const answers = jobs.map((job) =>
    book.once<ReportAnswer>(job.request, () => {
      const rejected = [...job.rejected];
      const reported: ReportAnswer['reported'] = [];
      for (const report of job.reports) {
        const missing = missingFlowRun(report.run, flowRunOf(report.run, flowRuns));
        const taken = missing ?? take(report);
        if (taken instanceof Problem) rejected.push({ index: report.index, code: taken.code, message: taken.message });
        else reported.push(taken);
      }
      return { reported, rejected: rejected.sort((a, b) => a.index - b.index) };
    }),
  );
  if (written.length > 0) {
    insertTaskRunStates(transaction, written);
    updateMovedTaskRuns(transaction, [...moved.values()]);
    if (released.length > 0) releaseSlots(transaction, released);
  }
  book.save();
  return { answers, topics: taskRunTopics(written) };
}
