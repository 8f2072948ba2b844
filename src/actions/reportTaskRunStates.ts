import { checkStateRequest } from '../core/checkStateRequest.ts';
import type { Instant } from '../core/instant.ts';
import { Problem } from '../core/problem.ts';
import { roughSize } from '../core/roughSize.ts';
import type { TaskRun } from '../core/run.ts';
import { proposeState, type StateRequest } from '../core/state.ts';
import type { Viewer } from '../core/viewer.ts';
import { keysText } from '../store/taskRunCreations.ts';
import { type Keyed, keyedRequest } from './answerBook.ts';
import { newTaskRun } from './createTaskRun.ts';
import type { Engine } from './engine.ts';
import { newId } from './newId.ts';
import type { Report } from './reportedTaskRuns.ts';
import type { ReportAnswer, ReportJob } from './taskRunReporter.ts';

export const MAX_REPORTS = 1000;

export interface ReportTaskRunStates extends Keyed {
  reports: {
    /** The id for the task run, should it not exist yet. */
    taskRunId?: string | null;
    flowRunId?: string | null;
    taskKey: string;
    dynamicKey: string;
    name?: string | null;
    tags?: string[] | null;
    taskInputs?: TaskRun['taskInputs'] | null;
    /** `id` makes the report safe to send again; `timestamp` is when the engine reached the state. */
    state: StateRequest & { id?: string | null; timestamp: Instant };
  }[];
}

/**
 * Takes over task run states from an engine that orchestrates its task runs by itself. A report of bad form, or of an
 * unknown flow run, is told and left out; the others are kept. At most 1,000 at a time.
 */
export async function reportTaskRunStates(
  engine: Engine,
  viewer: Viewer,
  input: ReportTaskRunStates,
): Promise<ReportAnswer> {
  if (input.reports.length > MAX_REPORTS) {
    throw new Problem('LIMIT_EXCEEDED', `At most ${MAX_REPORTS} states may be reported at a time.`);
  }
  const job: ReportJob = {
    tenantId: viewer.tenantId,
    reports: [],
    rejected: [],
    request: null,
    rows: [],
  };
  input.reports.forEach((report, index) => {
    try {
      job.reports.push(checkedReport(viewer, report, index));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      job.rejected.push({ index, code: error.code, message: error.message });
    }
  });
  // What was refused may be nested too deeply to be looked at; why it was refused is as good.
  const refused = new Map(job.rejected.map((rejected) => [rejected.index, rejected]));
  const reports = input.reports.map((report, index) => refused.get(index) ?? report);
  job.request = keyedRequest(viewer, 'reportTaskRunStates', { ...input, reports } as Keyed);
  job.rows = [...new Set(job.reports.map(({ run }) => keysText(run)))];
  return engine.writer.taskRunReports.submit(job, roughSize(job.reports));
}

function checkedReport(viewer: Viewer, report: ReportTaskRunStates['reports'][number], index: number): Report {
  const { taskRunId, state, ...run } = report;
  checkStateRequest('state', state);
  return {
    index,
    run: newTaskRun(viewer, { ...run, id: taskRunId ?? null }),
    state: proposeState(state, state.id ?? newId(), state.timestamp),
  };
}
