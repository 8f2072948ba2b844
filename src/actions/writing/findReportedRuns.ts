import { blankTaskRun, type NewTaskRun } from '../../core/runs/blankTaskRun.ts';
import { currentState } from '../../core/runs/move.ts';
import type { TaskRun } from '../../core/runs/run.ts';
import type { ProposedState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { readClock } from '../../store/runs/readClock.ts';
import type { EnclosingFlowRun } from '../../store/taskRuns/enclosingFlowRuns.ts';
import { insertNewTaskRuns } from '../../store/taskRuns/insertTaskRuns.ts';
import { type LockedTaskRun, lockTaskRuns } from '../../store/taskRuns/lockTaskRuns.ts';
import { keysText, taskRunIdsByKeys } from '../../store/taskRuns/taskRunKeys.ts';
import { flowRunOf } from './createTaskRunBatch.ts';

/** A state that an engine reached by itself, and the task run to create if it does not exist yet. */
export interface Report {
  /** Its place in the batch. */
  index: number;
  run: NewTaskRun;
  state: ProposedState;
}

type FlowRuns = ReadonlyMap<string, EnclosingFlowRun>;
type Found = Map<string, { isNew: boolean; locked: LockedTaskRun }>;

/**
 * The task runs of reports, by their keys. Existing runs are locked; missing runs are created from their first report, in its
 * state. A run is left out if its id, or every state reported for it, belongs to another task run.
 * @param owners the task runs that have the reported states already, by state
 */
export async function findReportedRuns(
  transaction: Queryable,
  reports: readonly Report[],
  owners: ReadonlyMap<string, string>,
  flowRuns: FlowRuns,
): Promise<Found> {
  const found: Found = new Map();
  if (reports.length === 0) return found;
  const now = await readClock(transaction);
  const ids = await taskRunIdsByKeys(
    transaction,
    reports.map(({ run }) => run),
  );
  const makers = firstReports(reports.filter(({ state }) => !owners.has(state.id))).filter(
    ({ run }) => !ids.has(keysText(run)),
  );
  if (makers.length > 0) {
    const begun = makers.map((report) => ({ run: reportedRun(report, flowRuns, now), state: report.state }));
    const inserted = await insertNewTaskRuns(transaction, begun);
    for (const { run, state } of begun.filter(({ run }) => inserted.has(keysText(run)))) {
      const flowRun = flowRunOf(run, flowRuns)?.facts ?? null;
      const locked = { run, ...currentState(state, run.version), flowRun, limited: null, now };
      found.set(keysText(run), { isNew: true, locked });
    }
    // Another transaction created these at the same time; its runs are used.
    const raced = begun.filter(({ run }) => !inserted.has(keysText(run))).map(({ run }) => run);
    if (raced.length > 0) for (const [keys, id] of await taskRunIdsByKeys(transaction, raced)) ids.set(keys, id);
  }
  if (ids.size > 0) {
    const locked = await lockTaskRuns(transaction, [...ids.values()]);
    for (const entry of locked.values()) found.set(keysText(entry.run), { isNew: false, locked: entry });
  }
  return found;
}

/** For each task run the first report whose state no other task run claims, in the order of keys, as locks are taken. */
function firstReports(reports: readonly Report[]): Report[] {
  const claims = new Map<string, string>();
  const first = new Map<string, Report>();
  for (const report of reports) {
    const keys = keysText(report.run);
    const claim = claims.get(report.state.id) ?? keys;
    claims.set(report.state.id, claim);
    if (claim === keys && !first.has(keys)) first.set(keys, report);
  }
  return [...first].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, report]) => report);
}

function reportedRun({ run: given, state }: Report, flowRuns: FlowRuns, now: Instant): TaskRun {
  return {
    ...blankTaskRun(given, flowRunOf(given, flowRuns)?.labels ?? {}, now),
    stateId: state.id,
    stateType: state.type,
    stateName: state.name,
    stateTimestamp: state.timestamp,
  };
}
