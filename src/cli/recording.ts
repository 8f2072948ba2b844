import { z } from 'zod';
import { PREFECT_1_STATES } from '../core/prefect1/prefect1States.ts';
import { parseInstant } from '../core/values/instant.ts';
import type { JsonObject } from '../core/values/jsonObject.ts';
import { readJson } from '../core/values/readJson.ts';

/** Python's log levels. */
const LEVELS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 } as const;

const instant = z.string().transform((text, context) => {
  const read = parseInstant(text);
  if (read !== null) return read;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not an RFC 3339 time` });
  return z.NEVER;
});
const level = z.enum(Object.keys(LEVELS) as (keyof typeof LEVELS)[]).transform((name) => LEVELS[name]);
const stateClass = z.enum(PREFECT_1_STATES, {
  error: ({ input }) => `${JSON.stringify(input)} is not a Prefect 1 state`,
});
// Declares the properties that we read; other properties of a serialized state pass through unchanged.
const state = z
  .looseObject({ type: stateClass, message: z.string().nullish() })
  .transform((serialized) => serialized as JsonObject & typeof serialized); // it was parsed from JSON

/** A line of a recording, which is a run as Prefect 1's engine reported it: one JSON object per line, in order. */
const recordedLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('flow_state'), at: instant, old: stateClass, state }),
  z.object({
    kind: z.literal('task_state'),
    at: instant,
    task_slug: z.string(),
    map_index: z.int().min(-1).nullable(),
    state,
  }),
  z.object({
    kind: z.literal('log'),
    at: instant,
    level,
    name: z.string(),
    message: z.string(),
    task_slug: z.string().nullable(),
  }),
]);

/** `line` is the line's number, `length` its number of characters. */
export type RecordedEvent = z.output<typeof recordedLine> & { line: number; length: number };

export interface Recording {
  events: RecordedEvent[];
  /** Invalid lines: sentences that start with the line's number. */
  faults: string[];
}

/** Parses a recording. Skips empty lines. */
export function parseRecording(text: string): Recording {
  const recording: Recording = { events: [], faults: [] };
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = recordedLine.safeParse(jsonOf(line));
    if (read.success) recording.events.push({ ...read.data, line: index + 1, length: line.length });
    else recording.faults.push(`line ${index + 1}: ${read.error.issues.map(sentence).join('; ')}`);
  }
  if (recording.events.length + recording.faults.length === 0) recording.faults.push('line 1: the file is empty');
  return recording;
}

/** Returns the parsed line, with all digits of its numbers. Invalid JSON becomes undefined, which the schema rejects. */
function jsonOf(line: string): unknown {
  try {
    return readJson(line);
  } catch {
    return undefined;
  }
}

const sentence = (issue: z.core.$ZodIssue): string =>
  issue.path.length === 0 ? 'not a JSON object' : `"${issue.path.join('.')}": ${issue.message}`;
