import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faultBySchema } from '../../../src/core/schemas/faultBySchema.ts';
import type { Json, JsonObject } from '../../../src/core/values/jsonObject.ts';
import { readJson } from '../../../src/core/values/readJson.ts';

/** The answer for a run, and those for a deployment and for job variables if they differ. */
type Recorded = [value: JsonObject, run: string | null, deployment?: string | null, job?: string | null];

const file = new URL('recordedSchemas.json', import.meta.url);
const recording: { name: string; schema: JsonObject; values: Recorded[] }[] = readJson(
  readFileSync(file, 'utf8'),
) as never; // the recorder's form

/** The first reason, because Prefect returns one. */
function answer(...request: Parameters<typeof faultBySchema>): string | null {
  const fault = faultBySchema(...request);
  return fault?.reason.split('. Validation failed')[0] ?? null;
}

const answers = (schema: JsonObject, value: Json) => [
  answer(schema, value),
  answer(schema, value, { ignoresRequired: true }),
  answer(schema, value, { allowsNullForDefaults: true }),
];

/** Prefect removes a property of this name when required values may be missing, and does not check its value. */
const NAMED_REQUIRED = 'property named required';

test.each(recording)('values for $name are accepted and rejected as by Prefect 3', ({ name, schema, values }) => {
  for (const [value, run, deployment = run, job = run] of values) {
    const repaired = name === NAMED_REQUIRED && value.required !== undefined ? run : deployment;
    expect({ value, answers: answers(schema, value) }).toEqual({ value, answers: [run, repaired, job] });
  }
});
