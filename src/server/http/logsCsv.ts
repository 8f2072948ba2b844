import { stringify } from 'csv-stringify/sync';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { TimedLine } from '../../store/runs/linesByTime.ts';

/** The columns of Prefect 3's download. */
const COLUMNS = ['timestamp', 'level', 'flow_run_id', 'task_run_id', 'message'];

// RFC 4180. A field with half a line break is quoted, too: readers break lines there.
const FORM = { record_delimiter: 'windows', quoted_match: /[\r\n]/ } as const;

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

/** As Python writes it: `2026-11-21 01:08:00.563414+00:00`, without the fraction where that is nothing. */
const timeText = (instant: Instant): string =>
  formatInstant(instant).replace('T', ' ').replace('.000000', '').replace('Z', '+00:00');
