import { applyReport } from '../../core/rules/applyReport.ts';
import { keepsSlots } from '../../core/rules/concurrencyRules.ts';
import { Problem } from '../../core/values/problem.ts';
import { releaseSlots } from '../../store/concurrency/concurrencySlotWrites.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { KeyedRequest } from '../../store/connection/idempotencyKeys.ts';
import { type EnclosingFlowRun, enclosingFlowRuns, keysText } from '../../store/taskRuns/taskRunCreations.ts';
import { ownersOfTaskRunStates } from '../../store/taskRuns/taskRunStates.ts';
import {
  insertTaskRunStates,
  type MovedTaskRun,
  updateMovedTaskRuns,
  type WrittenTaskRunState,
} from '../../store/taskRuns/taskRunWrites.ts';
import type { Topic } from '../../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { type NewTaskRun, takenId } from './createTaskRunBatch.ts';
import { findReportedRuns, type Report } from './findReportedRuns.ts';
import { taskRunTopics } from './moveTaskRunBatch.ts';
import type { RejectedLine } from './writeLogBatch.ts';

export interface ReportJob {
  tenantId: string;
  reports: Report[];
  /** Reports that were refused for their form. */
  rejected: RejectedLine[];
  request: KeyedRequest | null;
  /** The keys of the task runs, as texts. */
  rows: string[];
}

export interface ReportAnswer {
  /** In the order of the batch, without those rejected. `written` is false for a state that was known. */
  reported: { taskRunId: string; stateId: string; written: boolean }[];
  rejected: RejectedLine[];
}

/**
 * Takes over states that engines reached by themselves: no rule is asked, nothing is refused for where the run stands.
 * A task run that is not there is made from its first report; a state that is older than the run's current one goes to
 * the history only; a state that is known by its id changes nothing, and is refused to any other task run.
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
  const allowed = reports.filter(({ run }) => !refusal(run, flowRuns));
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
    // Reports take no slots, but end what a run that was moved before has taken.
    if (changes && !keepsSlots('task_run', state.type))
      released.push(...(locked.limited?.slots ?? []).map(({ id }) => id));
    const version = isNew ? 1 : locked.run.version + 1;
    const run = { ...locked.run, ...changes, version };
    const initial = changes ? { ...state, version } : locked.initial;
    written.push({ taskRunId: run.id, flowRunId: run.flowRunId, version, state, outOfOrder });
    const prefect1 = changes ? state.prefect1 : locked.prefect1;
    moved.set(run.id, { id: run.id, version, changes: run, state: { ...initial, prefect1 } });
    runs.set(keysText(asked), { isNew: false, locked: { ...locked, run, initial, prefect1 } });
    return { ...answer, written: true };
  };

  const answers = jobs.map((job) =>
    book.once<ReportAnswer>(job.request, () => {
      const rejected = [...job.rejected];
      const reported: ReportAnswer['reported'] = [];
      for (const report of job.reports) {
        const taken = refusal(report.run, flowRuns) ?? take(report);
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

function refusal(run: NewTaskRun, flowRuns: Map<string, EnclosingFlowRun>): Problem | null {
  if (run.flowRunId === null || flowRuns.get(run.flowRunId)?.tenantId === run.tenantId) return null;
  return new Problem('REFERENCE_NOT_FOUND', `Flow run with id ${run.flowRunId} not found`);
}
