import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/createFlow.ts';
import { createFlowRun } from '../../src/actions/createFlowRun.ts';
import { createFlowRunInput } from '../../src/actions/createFlowRunInput.ts';
import { resumeFlowRun } from '../../src/actions/resumeFlowRun.ts';
import type { JsonObject } from '../../src/core/state.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

let t: TestEngine;
beforeAll(async () => {
  t = await testEngine();
});
afterAll(() => t.close());

/** Resumes a run that was paused for input of this schema. */
async function resume(schema: object, runInput: JsonObject) {
  const { flow } = await createFlow(t.engine, viewer, { name: 'asks' });
  const details = { runInputKeyset: { schema: 'the-schema', response: 'the-response' } };
  const { flowRun } = await createFlowRun(t.engine, viewer, { flowId: flow.id, state: { type: 'PAUSED', details } });
  const flowRunId = flowRun.id;
  await createFlowRunInput(t.engine, viewer, { flowRunId, key: 'the-schema', value: JSON.stringify(schema) });
  return resumeFlowRun(t.engine, viewer, { flowRunId, runInput });
}

describe('a schema that takes for ever', () => {
  const levels = Array.from({ length: 60 }, (_, level) => `level${level}`);
  const next = (level: number) => ({ $ref: `#/$defs/level${level + 1}` });
  test.each<{ name: string; schema: object; runInput: JsonObject }>([
    {
      name: 'because of a regular expression',
      schema: { properties: { text: { pattern: '^(a+)+$' } } },
      runInput: { text: `${'a'.repeat(60)}!` },
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
  ])('$name is given up, and the run stays paused', async ({ schema, runInput }) => {
    const moved = await resume(schema, runInput);
    expect(moved).toMatchObject({ verdict: 'REJECT', written: false, state: { type: 'PAUSED' } });
    expect(moved.reason).toContain('took too long');
  });
});

test('an answer that unfolds too deeply is refused', async () => {
  const value = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const resumed = resume({ type: 'object' }, { deep: { __prefect_kind: 'json', value } });
  await expect(resumed).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});
