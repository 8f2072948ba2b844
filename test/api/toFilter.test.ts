import { expect, test } from 'vitest';
import type { FilterKind } from '../../src/api/filters/filterFields.ts';
import { type FilterInput, toFilter } from '../../src/api/filters/toFilter.ts';

test.each<[string, FilterKind, FilterInput | null, object]>([
  ['null becomes a filter that matches everything', 'FlowRun', null, { and: [] }],
  ['an empty filter matches everything', 'FlowRun', {}, { and: [] }],
  [
    'one condition becomes a single node',
    'FlowRun',
    { name: { contains: 'x' } },
    { field: 'name', operator: 'contains', value: 'x' },
  ],
  [
    'several operators are joined by `and`',
    'FlowRun',
    { endTime: { after: 1, before: 2 } },
    {
      and: [
        { field: 'endTime', operator: 'gte', value: 1 },
        { field: 'endTime', operator: 'lte', value: 2 },
      ],
    },
  ],
  [
    'the start time of a flow run falls back to its expected start, except for isNull',
    'FlowRun',
    { startTime: { after: 1, isNull: true } },
    {
      and: [
        { field: 'effectiveStartTime', operator: 'gte', value: 1 },
        { field: 'startTime', operator: 'isNull', value: true },
      ],
    },
  ],
  [
    'the start time of a task run has no fallback',
    'TaskRun',
    { startTime: { after: 1 } },
    { field: 'startTime', operator: 'gte', value: 1 },
  ],
  ['a null operator adds no condition', 'FlowRun', { startTime: { isNull: null } }, { and: [] }],
  ['a null field adds no condition', 'FlowRun', { name: null, and: null, or: null, not: null }, { and: [] }],
  [
    'an operand may be false',
    'TaskRun',
    { tags: { isEmpty: false } },
    { field: 'tags', operator: 'isEmpty', value: false },
  ],
  [
    'a group of fields is joined by `and`',
    'TaskRun',
    { state: { type: { in: ['FAILED'] }, name: { notIn: ['Oops'] } } },
    {
      and: [
        { field: 'stateType', operator: 'in', value: ['FAILED'] },
        { field: 'stateName', operator: 'notIn', value: ['Oops'] },
      ],
    },
  ],
  [
    'an empty relation matches rows that have one',
    'FlowRun',
    { taskRuns: {} },
    { relation: 'taskRuns', some: { and: [] } },
  ],
  [
    'relations can be nested',
    'Log',
    { flowRun: { flow: { name: { in: ['etl'] } } } },
    { relation: 'flowRun', some: { relation: 'flow', some: { field: 'name', operator: 'in', value: ['etl'] } } },
  ],
  [
    '`and`, `or` and `not` can be combined with conditions',
    'Flow',
    { id: { in: [] }, or: [{ name: { in: ['a'] } }, {}], not: { name: { in: ['b'] } } },
    {
      and: [
        { or: [{ field: 'name', operator: 'in', value: ['a'] }, { and: [] }] },
        { not: { field: 'name', operator: 'in', value: ['b'] } },
        { field: 'id', operator: 'in', value: [] },
      ],
    },
  ],
  ['an empty `or` matches nothing', 'Flow', { or: [] }, { or: [] }],
  [
    'a relation of a relation can be used directly',
    'TaskRun',
    { deployment: { name: { in: ['daily'] } } },
    {
      relation: 'flowRun',
      some: { relation: 'deployment', some: { field: 'name', operator: 'in', value: ['daily'] } },
    },
  ],
])('%s', (_, kind, input, filter) => {
  expect(toFilter(kind, input)).toEqual(filter);
});
