import { describe, expect, test } from 'vitest';
import {
  type FlowLevels,
  type FlowRunLevels,
  labelsFor,
  parametersFor,
  runConfigFor,
} from '../../../src/core/prefect1/prefect1FlowRun.ts';

const flow = (levels: Partial<FlowLevels>): FlowLevels => ({
  parameters: null,
  runConfig: null,
  environment: null,
  groupLabels: null,
  groupRunConfig: null,
  groupParameters: null,
  ...levels,
});
const asked = (levels: Partial<FlowRunLevels>): FlowRunLevels => ({
  labels: null,
  runConfig: null,
  parameters: null,
  ...levels,
});
const config = (...labels: string[]) => ({ type: 'UniversalRun', labels });

describe('the labels of a flow run', () => {
  const all = {
    groupLabels: ['group'],
    groupRunConfig: config('config'),
    runConfig: config('flow'),
    environment: config('old'),
  };
  test.each<[string, Partial<FlowRunLevels>, Partial<FlowLevels>, string[]]>([
    ['the request', { labels: ['b', 'a', 'b'], runConfig: config('x') }, all, ['a', 'b', 'b']],
    ['the request, even if empty', { labels: [] }, all, []],
    ['the run config of the request', { runConfig: config('b', 'a') }, all, ['a', 'b']],
    ['the run config of the request, even without labels', { runConfig: { type: 'UniversalRun' } }, all, []],
    ['the flow group', {}, all, ['group']],
    ['the flow group, even if empty', {}, { ...all, groupLabels: [] }, []],
    ['the run config of the group', {}, { ...all, groupLabels: null }, ['config']],
    ['the flow', {}, { runConfig: config('flow'), environment: config('old') }, ['flow']],
    ['the old environment', {}, { environment: config('old') }, ['old']],
    ['no level', {}, {}, []],
  ])('the labels of a flow run come from %s', (_, run, levels, labels) =>
    expect(labelsFor(flow(levels), asked(run))).toEqual(labels),
  );
});

test('the whole run config comes from the first level that has one', () => {
  const levels = flow({ groupRunConfig: config('group'), runConfig: config('flow') });
  expect(runConfigFor(levels, asked({ runConfig: config('run') }))).toEqual(config('run'));
  expect(runConfigFor(levels, asked({}))).toEqual(config('group'));
  expect(runConfigFor(flow({ runConfig: config('flow') }), asked({}))).toEqual(config('flow'));
  expect(runConfigFor(flow({}), asked({}))).toBeNull();
});

describe('the parameters', () => {
  const parameter = (name: string, value: null | number | string | boolean | number[], required = false) => ({
    ...{ name, required },
    default: value,
  });

  test('the parameters of a request override the group and the group overrides the flow', () => {
    const levels = flow({
      parameters: ['a', 'b', 'c'].map((name) => parameter(name, 1)),
      groupParameters: { b: 2, c: 2 },
    });
    expect(parametersFor(levels, asked({ parameters: { c: 3, d: 4 } }))).toEqual({ a: 1, b: 2, c: 3, d: 4 });
  });

  test('the parameters of a request are used if the flow declares none', () =>
    expect(parametersFor(flow({}), asked({ parameters: { a: 1 } }))).toEqual({ a: 1 }));

  test.each([null, 0, '', false, []])('a parameter whose default is %j is left to the flow', (value) =>
    expect(parametersFor(flow({ parameters: [parameter('a', value), { name: 'b' }] }), asked({}))).toEqual({}),
  );

  test('a parameter with a default that is not empty gets it', () =>
    expect(parametersFor(flow({ parameters: [parameter('a', [0])] }), asked({}))).toEqual({ a: [0] }));

  test('a missing required parameter is rejected', () => {
    const levels = flow({ parameters: [parameter('a', null, true), parameter('b', null, true)] });
    expect(parametersFor(levels, asked({ parameters: { a: null, b: 1 } }))).toEqual({ a: null, b: 1 });
    expect(() => parametersFor(levels, asked({ parameters: { b: 1 } }))).toThrow(
      "Required parameters were not supplied: {'a'}",
    );
  });
});
