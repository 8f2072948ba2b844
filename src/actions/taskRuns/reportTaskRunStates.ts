import { checkStateRequest } from '../../core/checks/checkStateRequest.ts';
import type { TaskRun } from '../../core/runs/run.ts';
import { proposeState, type StateRequest } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { keysText } from '../../store/taskRuns/taskRunKeys.ts';
import { type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import type { Report } from '../writing/findReportedRuns.ts';
import { newId } from '../writing/newId.ts';
import type { ReportAnswer, ReportJob } from '../writing/takeReportBatch.ts';
import { newTaskRun } from './createTaskRun.ts';

export const MAX_REPORTS = 1000;

export interface ReportTaskRunStates extends Keyed {
  reports: {
    /** The task run's id if the report creates it. */
    taskRunId?: string | null;
    flowRunId?: string | null;
    taskKey: string;
    dynamicKey: string;
    name?: string | null;
    tags?: string[] | null;
    taskInputs?: TaskRun['taskInputs'] | null;
    /** `id` makes the report safe to resend; `timestamp` is when the engine reached the state. */
    state: StateRequest & { id?: string | null; timestamp: Instant };
  }[];
}

/**
 * Stores task run states from an engine that orchestrates its task runs itself. An invalid report, or one for an
 * unknown flow run, is skipped and listed in the answer; the others are stored. At most 1,000 per call.
 */
export async function reportTaskRunStates(
  engine: Engine,
  viewer: Viewer,
  input: ReportTaskRunStates,
): Promise<ReportAnswer> {
  if (input.reports.length > MAX_REPORTS) {
    throw new Problem('LIMIT_EXCEEDED', `At most ${MAX_REPORTS} states may be reported per call.`);
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
  // A rejected report may be nested too deeply to traverse, so the request is identified by the reason for the
  // rejection.
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
