import type { Instant } from '../core/instant.ts';
import { Problem } from '../core/problem.ts';
import { reportTaskRunState } from '../core/reportTaskRunState.ts';
import type { ProposedState } from '../core/state.ts';
import type { Queryable } from '../store/database.ts';
import type { KeyedRequest } from '../store/idempotencyKeys.ts';
import { knownTaskRunStates } from '../store/reportedStates.ts';
import {
  type EnclosingFlowRun,
  enclosingFlowRuns,
  insertTaskRuns,
  keysText,
  readClock,
  taskRunIdsByKeys,
} from '../store/taskRunCreations.ts';
import {
  insertTaskRunStates,
  type LockedTaskRun,
  lockTaskRuns,
  type MovedTaskRun,
  updateMovedTaskRuns,
  type WrittenTaskRunState,
} from '../store/taskRunWrites.ts';
import type { Topic } from '../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import type { RejectedLine } from './logWriter.ts';
import { blankTaskRun, type NewTaskRun } from './taskRunCreator.ts';
import { taskRunTopics } from './taskRunMover.ts';

/** A state that an engine reached by itself, and the task run that it belongs to, should that not exist yet. */
export interface Report {
  /** Its place in the batch. */
  index: number;
  run: NewTaskRun;
  state: ProposedState;
}

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
 * the history only; a state that is known by its id changes nothing.
 * Source: Prefect 3, server/services/task_run_recorder.py.
 */
export async function reportStates(
  transaction: Queryable,
  jobs: readonly ReportJob[],
): Promise<{ answers: (ReportAnswer | Problem)[]; topics: Set<Topic> }> {
  const reports = jobs.flatMap((job) => job.reports);
  const flowRuns = await enclosingFlowRuns(transaction, [
    ...new Set(reports.flatMap(({ run }) => run.flowRunId ?? [])),
  ]);
  const allowed = reports.filter(({ run }) => !refusal(run, flowRuns));
  const runs = await taskRunsOf(transaction, allowed, flowRuns);
  const known = await knownTaskRunStates(
    transaction,
    allowed.map(({ state }) => state.id),
  );
  const book = await AnswerBook.open(
    transaction,
    jobs.map(({ request }) => request),
  );
  const written: WrittenTaskRunState[] = [];
  const moved = new Map<string, MovedTaskRun>();

  const take = ({ run: asked, state: reported }: Report): ReportAnswer['reported'][number] => {
    const entry = runs.get(keysText(asked));
    if (!entry) throw new Error(`task run ${asked.taskKey} was neither found nor made`);
    const { isNew, locked } = entry;
    const answer = { taskRunId: locked.run.id, stateId: reported.id };
    if (known.has(reported.id)) return { ...answer, written: false };
    known.add(reported.id);
    const { state, changes, outOfOrder } = reportTaskRunState({
      run: isNew ? null : locked.run,
      initial: isNew ? null : locked.initial,
      state: reported,
    });
    const version = isNew ? 1 : locked.run.version + 1;
    const run = { ...locked.run, ...changes, version };
    const initial = changes ? { ...state, version } : locked.initial;
    written.push({ taskRunId: run.id, flowRunId: run.flowRunId, version, state, outOfOrder });
    moved.set(run.id, { id: run.id, version, changes: run, state: initial });
    runs.set(keysText(asked), { isNew: false, locked: { ...locked, run, initial } });
    return { ...answer, written: true };
  };

  const answers = jobs.map((job) =>
    book.once<ReportAnswer>(job.request, () => {
      const rejected = [...job.rejected];
      const reported: ReportAnswer['reported'] = [];
      for (const report of job.reports) {
        const refused = refusal(report.run, flowRuns);
        if (refused) rejected.push({ index: report.index, code: refused.code, message: refused.message });
        else reported.push(take(report));
      }
      return { reported, rejected: rejected.sort((a, b) => a.index - b.index) };
    }),
  );
  if (written.length > 0) {
    await insertTaskRunStates(transaction, written);
    await updateMovedTaskRuns(transaction, [...moved.values()]);
  }
  await book.save();
  return { answers, topics: taskRunTopics(written) };
}

type Found = Map<string, { isNew: boolean; locked: LockedTaskRun }>;

/** The task runs of reports, by their keys: those that exist, locked, and the others, made without a state as yet. */
async function taskRunsOf(
  transaction: Queryable,
  reports: readonly Report[],
  flowRuns: Map<string, EnclosingFlowRun>,
): Promise<Found> {
  const found: Found = new Map();
  if (reports.length === 0) return found;
  const asked = new Map(reports.map((report) => [keysText(report.run), report]));
  const now = await readClock(transaction);
  const ids = await taskRunIdsByKeys(
    transaction,
    [...asked.values()].map(({ run }) => run),
  );
  const missing = [...asked].filter(([keys]) => !ids.has(keys)).sort(([a], [b]) => (a < b ? -1 : 1));
  if (missing.length > 0) {
    const blanks = missing.map(([, report]) => ({ run: blank(report, flowRuns, now), state: report.state }));
    const inserted = await insertTaskRuns(transaction, blanks);
    for (const { run, state } of blanks.filter(({ run }) => inserted.has(run.id))) {
      const flowRun = run.flowRunId === null ? null : (flowRuns.get(run.flowRunId)?.facts ?? null);
      found.set(keysText(run), { isNew: true, locked: { run, initial: { ...state, version: 1 }, flowRun, now } });
    }
    // Made by somebody else in this very moment: theirs is the one.
    const raced = blanks.filter(({ run }) => !inserted.has(run.id)).map(({ run }) => run);
    if (raced.length > 0) for (const [keys, id] of await taskRunIdsByKeys(transaction, raced)) ids.set(keys, id);
  }
  if (ids.size > 0) {
    const locked = await lockTaskRuns(transaction, [...ids.values()]);
    for (const entry of locked.values()) found.set(keysText(entry.run), { isNew: false, locked: entry });
  }
  return found;
}

function blank({ run, state }: Report, flowRuns: Map<string, EnclosingFlowRun>, now: Instant) {
  const around = run.flowRunId === null ? undefined : flowRuns.get(run.flowRunId);
  const inherited = around ? { ...around.labels, 'prefect.flow-run.id': around.facts.id } : {};
  const made = blankTaskRun({ ...run, labels: { ...inherited, ...run.labels } }, state.id, now);
  return { ...made, stateType: state.type, stateName: state.name, stateTimestamp: state.timestamp };
}

function refusal(run: NewTaskRun, flowRuns: Map<string, EnclosingFlowRun>): Problem | null {
  if (run.flowRunId === null || flowRuns.get(run.flowRunId)?.tenantId === run.tenantId) return null;
  return new Problem('REFERENCE_NOT_FOUND', `Flow run with id ${run.flowRunId} not found`);
}
