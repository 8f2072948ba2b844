import { hash } from 'node:crypto';
import { storable, storableLoggerName, storableLogMessage } from '../../core/checks/checkText.ts';
import { ExactNumber } from '../../core/values/exactNumber.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import { LINE_BYTES, LineRuns, type LogLine, type WrittenLogs } from '../writing/writeLogBatch.ts';

export interface Prefect1LogLine {
  flowRunId: string;
  taskRunId?: string | null;
  /** Default: now. */
  timestamp?: Instant | null;
  message?: string | null;
  name?: string | null;
  /** The name of a Python log level. */
  level?: string | null;
  info?: Json;
}

const LEVELS: { readonly [name: string]: number } = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 };

/**
 * Writes log lines of Prefect 1 clients. Such a client resends a rejected batch forever, with all later lines.
 * Therefore no line is rejected for its form, lines of unknown runs are skipped, and a repeated line is recognised by
 * its content and time.
 */
export function writePrefect1Logs(
  { writer }: Engine,
  viewer: Viewer,
  logs: readonly Prefect1LogLine[],
): Promise<WrittenLogs> {
  const now = Date.now() * 1000;
  const sent = new Map<string, number>();
  const runs = new LineRuns();
  let bytes = 0;
  const lines = logs.map(({ flowRunId, taskRunId = null, timestamp, ...log }, index): LogLine => {
    const content = {
      flowRunId,
      taskRunId,
      timestamp: timestamp ?? now,
      level: LEVELS[log.level ?? 'INFO'] ?? 20,
      name: storableLoggerName(log.name ?? ''),
      message: storableLogMessage(log.message ?? ''),
      info: damagedJson(log.info ?? null),
    };
    bytes += LINE_BYTES + content.name.length + content.message.length + roughSize(content.info);
    const id = timestamp == null ? newId() : idOf(content, sent);
    const { level, name, message, info } = content;
    return { index, id, runs: runs.of(flowRunId, taskRunId), timestamp: content.timestamp, level, name, message, info };
  });
  const tenantId = visibleTenant(viewer);
  const job = { tenantId, lines, runs: runs.all(), rejected: [], request: null, idsAreContent: true };
  return writer.logs.submit(job, bytes);
}

/**
 * Derives a line's id from its content: the same line sent again gets the same id, and the second of two equal lines in
 * a batch always gets the second id. It is a UUIDv7 with the line's own time, so that ids sort by time like all others.
 */
function idOf(line: { timestamp: Instant; info: Json }, sent: Map<string, number>): string {
  const content = writeJson(line);
  const occurrence = sent.get(content) ?? 0;
  sent.set(content, occurrence + 1);
  const digest = hash('sha256', `${occurrence} ${content}`);
  const ms = Math.max(Math.floor(line.timestamp / 1000), 0);
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}

/** Removes or replaces what PostgreSQL cannot store. */
function damagedJson(value: Json, depth = 0): Json {
  if (typeof value === 'string') return storable(value);
  if (value instanceof ExactNumber) return value.fault === null ? value : value.text.slice(0, MAX_NUMBER_CHARACTERS);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > LIMITS.jsonDepth) return null;
  if (Array.isArray(value)) return value.map((part) => damagedJson(part, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [storable(key), damagedJson(part, depth + 1)]));
}

/** For the text of a number that is too long. */
const MAX_NUMBER_CHARACTERS = 100;
