import { checkLogLevel } from '../../core/checks/checkNumbers.ts';
import { checkName, storableLoggerName, storableLogMessage } from '../../core/checks/checkText.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import type { LogJob, WrittenLogs } from '../writing/writeLogBatch.ts';

export const MAX_LOG_LINES = 5000;

export interface WriteLogs extends Keyed {
  logs: {
    flowRunId?: string | null;
    taskRunId?: string | null;
    /** Default: now. */
    timestamp?: Instant | null;
    level: number;
    name: string;
    message: string;
  }[];
}

/**
 * Writes log lines. An invalid line, or one for an unknown run, is skipped and listed in the answer; the others are
 * stored. At most 5,000 per call.
 */
export async function writeLogs(engine: Engine, viewer: Viewer, input: WriteLogs): Promise<WrittenLogs> {
  if (input.logs.length > MAX_LOG_LINES) {
    throw new Problem('LIMIT_EXCEEDED', `At most ${MAX_LOG_LINES} log lines may be written per call.`);
  }
  const job: LogJob = {
    tenantId: viewer.tenantId,
    lines: [],
    rejected: [],
    request: keyedRequest(viewer, 'writeLogs', input),
  };
  const now = Date.now() * 1000;
  input.logs.forEach(({ flowRunId, taskRunId, timestamp, ...line }, index) => {
    try {
      job.lines.push({
        ...checkedLine(line),
        index,
        id: newId(),
        flowRunId: flowRunId ?? null,
        taskRunId: taskRunId ?? null,
        timestamp: timestamp ?? now,
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      job.rejected.push({ index, code: error.code, message: error.message });
    }
  });
  return engine.writer.logs.submit(job, roughSize(job.lines));
}

/** Rejects a level that is none and a logger without a name. Texts are made storable, not rejected. */
function checkedLine({ level, name, message }: { level: number; name: string; message: string }) {
  checkLogLevel('level', level);
  const line = { level, name: storableLoggerName(name), message: storableLogMessage(message) };
  checkName('name', line.name);
  return line;
}
