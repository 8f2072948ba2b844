import { expect, test } from 'vitest';
import type { FilterKind } from '../../src/api/filters/filterFields.ts';
import { type FilterInput, toFilter } from '../../src/api/filters/toFilter.ts';

test.each<[string, FilterKind, FilterInput | null, object]>([
  ['no filter lets everything through', 'FlowRun', null, { and: [] }],
  ['an empty filter lets everything through', 'FlowRun', {}, { and: [] }],
  [
    'one condition stands alone',
    'FlowRun',
    { name: { contains: 'x' } },
    { field: 'name', operator: 'contains', value: 'x' },
  ],
  [
    'several operators must all hold',
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
    'a flow run that has not started is found at its expected start, but is known not to have started',
    'FlowRun',
    { startTime: { after: 1, isNull: true } },
    {
      and: [
        { field: 'effectiveStartTime', operator: 'gte', value: 1 },
        { field: 'startTime', operator: 'isNull', value: true },
      ],
    },
  ],
  ['a task run is not', 'TaskRun', { startTime: { after: 1 } }, { field: 'startTime', operator: 'gte', value: 1 }],
  ['a null operator asks nothing', 'FlowRun', { startTime: { isNull: null } }, { and: [] }],
  ['a null field asks nothing', 'FlowRun', { name: null, and: null, or: null, not: null }, { and: [] }],
  [
    'false is an answer, not an absence',
    'TaskRun',
    { tags: { isEmpty: false } },
    { field: 'tags', operator: 'isEmpty', value: false },
  ],
  [
    'a group is its conditions',
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
    'an empty relation asks that there is one',
    'FlowRun',
    { taskRuns: {} },
    { relation: 'taskRuns', some: { and: [] } },
  ],
  [
    'relations nest',
    'Log',
    { flowRun: { flow: { name: { in: ['etl'] } } } },
    { relation: 'flowRun', some: { relation: 'flow', some: { field: 'name', operator: 'in', value: ['etl'] } } },
  ],
  [
    'and, or, not stand beside conditions',
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
  ['an empty or lets nothing through', 'Flow', { or: [] }, { or: [] }],
  [
    'a relation of a relation is asked as if it were its own',
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
