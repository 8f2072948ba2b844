import { checkLogLevel } from '../../core/checks/checkNumbers.ts';
import { checkName, storableLoggerName, storableLogMessage } from '../../core/checks/checkText.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem, problemOf } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import { LINE_BYTES, LineRuns, type LogLine, type RejectedLine, type WrittenLogs } from '../writing/writeLogBatch.ts';

export const MAX_LOG_LINES = 5000;

/** A missing field is null. */
interface NewLine {
  flowRunId?: string | null | undefined;
  taskRunId?: string | null | undefined;
  /** Default: now. */
  timestamp?: Instant | null | undefined;
  level: number;
  name: string;
  message: string;
}

export interface WriteLogs extends Keyed {
  logs: readonly NewLine[];
}

/**
 * Writes log lines. An invalid line, or one for an unknown run, is skipped and listed in the answer; the others are
 * stored. At most 5,000 per call.
 */
export async function writeLogs(engine: Engine, viewer: Viewer, input: WriteLogs): Promise<WrittenLogs> {
  if (input.logs.length > MAX_LOG_LINES) {
    throw new Problem('LIMIT_EXCEEDED', `At most ${MAX_LOG_LINES} log lines may be written per call.`);
  }
  const now = Date.now() * 1000;
  const lines: LogLine[] = [];
  const rejected: RejectedLine[] = [];
  const runs = new LineRuns();
  let bytes = 0;
  for (const [index, line] of input.logs.entries()) {
    const { level } = line;
    const name = storableLoggerName(line.name);
    const message = storableLogMessage(line.message);
    bytes += LINE_BYTES + name.length + message.length;
    const fault = faultOfLine(level, name);
    if (fault) rejected.push({ index, code: fault.code, message: fault.message });
    else {
      const named = runs.of(line.flowRunId ?? null, line.taskRunId ?? null);
      const timestamp = line.timestamp ?? now;
      lines.push({ index, id: newId(), runs: named, timestamp, level, name, message, info: null });
    }
  }
  // Only a key needs the lines in their compared form.
  const compared = input.idempotencyKey ? { ...input, logs: input.logs.map(withoutNulls) } : input;
  const request = keyedRequest(viewer, 'writeLogs', compared);
  return engine.writer.logs.submit({ tenantId: viewer.tenantId, lines, runs: runs.all(), rejected, request }, bytes);
}

/** Why a line is rejected: a level that is none, or a logger without a name. Texts are made storable, not rejected. */
function faultOfLine(level: number, name: string): Problem | null {
  try {
    checkLogLevel('level', level);
    checkName('name', name);
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

/** The line as it is compared with a repeated one: null and a missing field are the same. */
const withoutNulls = (line: NewLine) => Object.fromEntries(Object.entries(line).filter(([, value]) => value != null));
