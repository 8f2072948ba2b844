import { stringify } from 'csv-stringify/sync';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { TimedLine } from '../../store/runs/logs.ts';

/** The columns of Prefect 3's log download. */
const COLUMNS = ['timestamp', 'level', 'flow_run_id', 'task_run_id', 'message'];

// Spreadsheets run a field that starts with =, +, - or @ as a formula, so such a field gets a quotation mark in front.
// RFC 4180. A field with a lone CR or LF is also quoted, because readers treat each as a line break.
const FORM = { record_delimiter: 'windows', quoted_match: /[\r\n]/, escape_formulas: true } as const;

export const csvHeader = (): string => stringify([COLUMNS], FORM);

export const csvRows = (lines: readonly TimedLine[]): string =>
  stringify(
    lines.map(({ timestamp, level, flowRunId, taskRunId, message }) => [
      timeText(timestamp),
      level,
      flowRunId,
      taskRunId,
      message,
    ]),
    FORM,
  );

/** Python's format: `2026-11-21 01:08:00.563414+00:00`, without the fraction if it is zero. */
const timeText = (instant: Instant): string =>
  formatInstant(instant).replace('T', ' ').replace('.000000', '').replace('Z', '+00:00');
