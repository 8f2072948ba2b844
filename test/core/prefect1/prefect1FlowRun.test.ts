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

describe('the labels are those of the first level that has any', () => {
  const all = {
    groupLabels: ['group'],
    groupRunConfig: config('config'),
    runConfig: config('flow'),
    environment: config('old'),
  };
  test.each<[string, Partial<FlowRunLevels>, Partial<FlowLevels>, string[]]>([
    ['the caller', { labels: ['b', 'a', 'b'], runConfig: config('x') }, all, ['a', 'b', 'b']],
    ['the caller, with none', { labels: [] }, all, []],
    ['the caller’s run config', { runConfig: config('b', 'a') }, all, ['a', 'b']],
    ['the caller’s run config, with none', { runConfig: { type: 'UniversalRun' } }, all, []],
    ['the group', {}, all, ['group']],
    ['the group, with none', {}, { ...all, groupLabels: [] }, []],
    ['the group’s run config', {}, { ...all, groupLabels: null }, ['config']],
    ['the flow', {}, { runConfig: config('flow'), environment: config('old') }, ['flow']],
    ['the old environment', {}, { environment: config('old') }, ['old']],
    ['nobody', {}, {}, []],
  ])('%s', (_, run, levels, labels) => expect(labelsFor(flow(levels), asked(run))).toEqual(labels));
});

test('the run config is that of the first level that has one, as a whole', () => {
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

  test('are the flow’s, under the group’s, under the caller’s', () => {
    const levels = flow({
      parameters: ['a', 'b', 'c'].map((name) => parameter(name, 1)),
      groupParameters: { b: 2, c: 2 },
    });
    expect(parametersFor(levels, asked({ parameters: { c: 3, d: 4 } }))).toEqual({ a: 1, b: 2, c: 3, d: 4 });
  });

  test('are the caller’s where the flow declares none', () =>
    expect(parametersFor(flow({}), asked({ parameters: { a: 1 } }))).toEqual({ a: 1 }));

  test.each([null, 0, '', false, []])('are left to the flow where their default is %j', (value) =>
    expect(parametersFor(flow({ parameters: [parameter('a', value), { name: 'b' }] }), asked({}))).toEqual({}),
  );

  test('are kept where a default is not empty', () =>
    expect(parametersFor(flow({ parameters: [parameter('a', [0])] }), asked({}))).toEqual({ a: [0] }));

  test('must be there where the flow asks for them', () => {
    const levels = flow({ parameters: [parameter('a', null, true), parameter('b', null, true)] });
    expect(parametersFor(levels, asked({ parameters: { a: null, b: 1 } }))).toEqual({ a: null, b: 1 });
    expect(() => parametersFor(levels, asked({ parameters: { b: 1 } }))).toThrow(
      "Required parameters were not supplied: {'a'}",
    );
  });
});
