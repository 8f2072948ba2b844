import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { createFlowRunInput } from '../../src/actions/flowRuns/createFlowRunInput.ts';
import { resumeFlowRun } from '../../src/actions/flowRuns/resumeFlowRun.ts';
import type { Json, JsonObject } from '../../src/core/values/jsonObject.ts';
import { flowRunInputByKey } from '../../src/store/flowRuns/flowRunInputs.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

let t: TestEngine;
beforeAll(async () => {
  t = await testEngine();
});
afterAll(() => t.close());

/** Resumes a run that was paused for input of this schema. */
async function resume(schema: object, runInput: JsonObject, response: object = { response: 'the-response' }) {
  const { flow } = await createFlow(t.engine, viewer, { name: 'asks' });
  const details = { runInputKeyset: { schema: 'the-schema', ...response } };
  const { flowRun } = await createFlowRun(t.engine, viewer, { flowId: flow.id, state: { type: 'PAUSED', details } });
  const flowRunId = flowRun.id;
  await createFlowRunInput(t.engine, viewer, { flowRunId, key: 'the-schema', value: JSON.stringify(schema) });
  return resumeFlowRun(t.engine, viewer, { flowRunId, runInput });
}

describe('a schema that takes too many steps', () => {
  const levels = Array.from({ length: 60 }, (_, level) => `level${level}`);
  const next = (level: number) => ({ $ref: `#/$defs/level${level + 1}` });
  test.each<{ name: string; schema: object; runInput: JsonObject }>([
    {
      name: 'because of a regular expression',
      schema: { properties: { text: { pattern: '^(a+)+\\1!$' } } },
      runInput: { text: 'a'.repeat(60) },
    },
    {
      name: 'because its parts double',
      schema: {
        ...{ $ref: '#/$defs/level0' },
        $defs: {
          ...Object.fromEntries(levels.map((name, level) => [name, { allOf: [next(level), next(level)] }])),
          level60: {},
        },
      },
      runInput: { any: 1 },
    },
  ])('a schema that takes too many steps $name keeps the run paused', async ({ schema, runInput }) => {
    const moved = await resume(schema, runInput);
    expect(moved).toMatchObject({ verdict: 'REJECT', written: false, state: { type: 'PAUSED' } });
    expect(moved.reason).toContain('takes too many steps');
  });
});

test('a run input that is nested too deeply is rejected', async () => {
  const value = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const resumed = resume({ type: 'object' }, { deep: { __prefect_kind: 'json', value } });
  await expect(resumed).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});

describe('a value that is marked', () => {
  const marked = (kind: Json, more: JsonObject = {}): JsonObject => ({ __prefect_kind: kind, ...more });
  test.each<[string, JsonObject, JsonObject]>([
    ['as JSON is parsed', { a: marked('json', { value: '{"b": [1, null]}' }) }, { a: { b: [1, null] } }],
    ['as the JSON null is null', { a: marked('json', { value: 'null' }) }, { a: null }],
    [
      'as JSON inside another marker is parsed',
      { a: marked('json', { value: marked('none', { value: '1' }) }) },
      { a: 1 },
    ],
    ['as JSON that is no text is its value', { a: marked('json', { value: 5 }) }, { a: 5 }],
    ['as JSON without a value is left out', { a: marked('json'), b: [marked('json'), 1] }, { b: [1] }],
    ['as none is its value', { a: marked('none', { value: { b: marked('json', { value: '2' }) } }) }, { a: { b: 2 } }],
    ['as a template without expressions is its text', { a: marked('jinja', { template: 'plain' }) }, { a: 'plain' }],
    ['as a variable without a name is left out', { a: marked('workspace_variable'), b: 1 }, { b: 1 }],
    [
      'with an unknown marker is its value',
      { a: marked('other', { value: 3 }), b: marked(null, { value: 4 }) },
      { a: 3, b: 4 },
    ],
    ['with an unknown marker and no value is null', { a: marked('constructor') }, { a: null }],
    ['as a whole is replaced by its value', marked('json', { value: '{"a": 1}' }), { a: 1 }],
  ])('a run input marked %s', async (_, runInput, expected) => {
    const { verdict, runId } = await resume({ type: 'object' }, runInput);
    expect(verdict).toBe('ACCEPT');
    const stored = await flowRunInputByKey(t.test.database, viewer.tenantId, runId, 'the-response');
    expect(JSON.parse(stored?.value ?? '')).toEqual(expected);
  });

  test.each<[JsonObject, string]>([
    [{ a: marked('none') }, "Missing 'value' key in __prefect object"],
    [{ a: marked('jinja') }, "Missing 'template' key in __prefect object"],
    [{ a: marked('jinja', { template: '{{ 1 + 1 }}' }) }, 'Invalid jinja: this server does not run templates.'],
    [{ a: marked('workspace_variable', { variable_name: 'x' }) }, "Variable 'x' not found in workspace."],
    [marked('json', { value: '[1]' }), 'A JSON object is expected.'],
  ])('a run input marked as %j is rejected and the run stays paused', async (runInput, reason) => {
    expect(await resume({ type: 'object' }, runInput)).toMatchObject({
      verdict: 'REJECT',
      written: false,
      reason: `Error hydrating run input: ${reason}`,
      state: { type: 'PAUSED' },
    });
  });
});

describe('what does not fit the schema', () => {
  const schema = {
    type: 'object',
    properties: {
      age: { type: 'integer', minimum: 0 },
      colour: { enum: ['red', 'green'] },
      sizes: { type: 'array', items: { type: 'object', required: ['x'] } },
      version: { const: 2 },
    },
    required: ['age'],
    additionalProperties: false,
  };
  const field = (name: string, reason: string) => `Validation failed for field '${name}'. Failure reason: ${reason}`;
  test.each<[JsonObject, string]>([
    [{}, "Validation failed. Failure reason: 'age' is a required property"],
    [{ age: 'old' }, field('age', "'old' is not of type 'integer'")],
    [{ age: -1 }, field('age', '-1 is less than the minimum of 0')],
    [{ age: 1, colour: 'blue' }, field('colour', "'blue' is not one of ['red', 'green']")],
    [{ age: 1, version: 1 }, field('version', '2 was expected')],
    [{ age: 1, sizes: [{ x: 1 }, {}] }, field('sizes[1]', "'x' is a required property")],
    [
      { age: 1, other: 1 },
      "Validation failed. Failure reason: Additional properties are not allowed ('other' was unexpected)",
    ],
    [
      { age: 'old', colour: 1 },
      `${field('colour', "1 is not one of ['red', 'green']")}. ${field('age', "'old' is not of type 'integer'")}`,
    ],
  ])('the run input %j is rejected with the reasons of the schema', async (runInput, reason) => {
    expect(await resume(schema, runInput)).toMatchObject({
      verdict: 'REJECT',
      written: false,
      reason: `Reason: ${reason}`,
      state: { type: 'PAUSED' },
    });
  });

  test('at most ten reasons are returned for a run input', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `field${index}`);
    const { reason } = await resume({ required: names }, {});
    expect(reason?.split('Failure reason').length).toBe(11);
    expect(reason).toContain('There are more faults');
  });

  test('a schema is read as the newest draft even if it names an older one', async () => {
    const older = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', required: ['a'] };
    expect(await resume(older, { a: 1 })).toMatchObject({ verdict: 'ACCEPT' });
    expect(await resume(older, {})).toMatchObject({ verdict: 'REJECT' });
  });
});

describe('a pause for input', () => {
  test('a pause without a response key keeps the run paused if there is input to store', async () => {
    expect(await resume({ type: 'object' }, { a: 1 }, {})).toMatchObject({
      verdict: 'REJECT',
      reason: 'Run input response key not found.',
      state: { type: 'PAUSED' },
    });
    expect(await resume({ type: 'object' }, {}, {})).toMatchObject({ verdict: 'ACCEPT' });
    const refused = resume({ type: 'object' }, { a: 1 }, { response: 'No Key' });
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test.each([
    ['names no schema', { response: 'r' }, 'Run input schema not found.'],
    ['names a schema that was not sent', { schema: 'missing', response: 'r' }, 'Run input schema not found.'],
    ['has a schema that is not JSON', { schema: 'text', response: 'r' }, 'Run input schema is not valid JSON.'],
    [
      'has a schema that is not an object',
      { schema: 'list', response: 'r' },
      'Invalid schema: a JSON object is expected.',
    ],
  ])('a pause that %s keeps the run paused', async (_, runInputKeyset, reason) => {
    const { flow } = await createFlow(t.engine, viewer, { name: 'asks' });
    const state = { type: 'PAUSED', details: { runInputKeyset } } as const;
    const { flowRun } = await createFlowRun(t.engine, viewer, { flowId: flow.id, state });
    const flowRunId = flowRun.id;
    await createFlowRunInput(t.engine, viewer, { flowRunId, key: 'text', value: '{no' });
    await createFlowRunInput(t.engine, viewer, { flowRunId, key: 'list', value: '[]' });
    expect(await resumeFlowRun(t.engine, viewer, { flowRunId, runInput: { a: 1 } })).toMatchObject({
      verdict: 'REJECT',
      written: false,
      reason,
    });
  });
});
