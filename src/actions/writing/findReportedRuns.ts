import type { ProposedState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Queryable } from '../../store/connection/database.ts';
import {
  type EnclosingFlowRun,
  insertNewTaskRuns,
  keysText,
  readClock,
  taskRunIdsByKeys,
} from '../../store/taskRuns/taskRunCreations.ts';
import { type LockedTaskRun, lockTaskRuns } from '../../store/taskRuns/taskRunWrites.ts';
import { blankTaskRun, type NewTaskRun } from './createTaskRunBatch.ts';

/** A state that an engine reached by itself, and the task run that it belongs to, should that not exist yet. */
export interface Report {
  /** Its place in the batch. */
  index: number;
  run: NewTaskRun;
  state: ProposedState;
}

type FlowRuns = Map<string, EnclosingFlowRun>;
type Found = Map<string, { isNew: boolean; locked: LockedTaskRun }>;

/**
 * The task runs of reports, by their keys: those that exist, locked, and the others, made from their first report without a
 * state as yet. One whose id, or whose states, all belong to another task run is not there.
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
    const blanks = makers.map((report) => ({ run: blank(report, flowRuns, now), state: report.state }));
    const inserted = await insertNewTaskRuns(transaction, blanks);
    for (const { run, state } of blanks.filter(({ run }) => inserted.has(keysText(run)))) {
      const flowRun = run.flowRunId === null ? null : (flowRuns.get(run.flowRunId)?.facts ?? null);
      found.set(keysText(run), {
        isNew: true,
        locked: { run, initial: { ...state, version: 1 }, prefect1: null, flowRun, limited: null, now },
      });
    }
    // Made by somebody else in this very moment: theirs is the one.
    const raced = blanks.filter(({ run }) => !inserted.has(keysText(run))).map(({ run }) => run);
    if (raced.length > 0) for (const [keys, id] of await taskRunIdsByKeys(transaction, raced)) ids.set(keys, id);
  }
  if (ids.size > 0) {
    const locked = await lockTaskRuns(transaction, [...ids.values()]);
    for (const entry of locked.values()) found.set(keysText(entry.run), { isNew: false, locked: entry });
  }
  return found;
}

/** Of each task run the first report whose state no other one of them claims; in the order of their keys, as locks are taken. */
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

function blank({ run, state }: Report, flowRuns: FlowRuns, now: Instant) {
  const around = run.flowRunId === null ? undefined : flowRuns.get(run.flowRunId);
  const inherited = around ? { ...around.labels, 'prefect.flow-run.id': around.facts.id } : {};
  const made = blankTaskRun({ ...run, labels: { ...inherited, ...run.labels } }, state.id, now);
  return { ...made, stateType: state.type, stateName: state.name, stateTimestamp: state.timestamp };
}
