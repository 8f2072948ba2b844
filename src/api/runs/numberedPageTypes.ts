import type { ObjectRef } from '@pothos/core';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, type NumberedPage } from '../../core/values/page.ts';
import { numberedFlowRunPage, numberedTaskRunPage } from '../../store/insights/numberedPages.ts';
import { builder } from '../building/builder.ts';
import { RunSortEnum } from '../building/enums.ts';
import { FlowRunType, TaskRunType } from '../building/objectTypes.ts';
import { asksForRunJson, asksForTaskInputs } from '../building/selected.ts';
import type { FilterKind } from '../filters/filterFields.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

const numberedPageOf = <Row>(node: ObjectRef<typeof builder.$inferSchemaTypes, Row>, plural: string) =>
  builder.objectRef<NumberedPage<Row>>(`${node.name}Page`).implement({
    description: `A numbered page of ${plural}, and how many there are, from one moment.`,
    fields: (t) => ({
      nodes: t.field({
        type: [node],
        description: `The entries of the page, ${MAX_PAGE_SIZE} at most; none behind the last page.`,
        // TypeScript cannot tell that a Row is what Pothos takes for a `node`: Row is still open.
        resolve: ({ rows }) => rows as never,
      }),
      page: t.exposeInt('page', { description: 'The number of the page, from 1.' }),
      limit: t.exposeInt('limit', { description: 'How many entries a page has.' }),
      pages: t.exposeInt('pages', { description: 'How many pages there are; 0 where `limit` is 0.' }),
      totalCount: t.exposeInt('totalCount', { description: `How many ${plural} there are, exactly.` }),
    }),
  });

const FlowRunPage = numberedPageOf(FlowRunType, 'flow runs');
const TaskRunPage = numberedPageOf(TaskRunType, 'task runs');

const numberedArguments = (kind: FilterKind) =>
  builder.args((t) => ({
    filter: t.field({ type: filterInputType(kind), description: 'Which runs; all where it is left out.' }),
    sort: t.field({ type: RunSortEnum, description: 'In which order; ID_DESC where it is left out.' }),
    page: t.int({ description: 'The number of the page, from 1, which is the default. Less is BAD_USER_INPUT.' }),
    limit: t.int({
      description: `How many entries a page has: 0 to ${MAX_PAGE_SIZE}, ${DEFAULT_PAGE_SIZE} by default. More is LIMIT_EXCEEDED, less BAD_USER_INPUT.`,
    }),
  }));

const EXPENSE =
  'All that match are counted, and the pages before this one are passed over, so that this takes longer the more there are: ' +
  'a list that people page through from the start is cheaper as';

builder.queryFields((t) => ({
  flowRunPage: t.field({
    type: FlowRunPage,
    description: `A page of flow runs by its number. ${EXPENSE} \`flowRuns\`.`,
    args: numberedArguments('FlowRun'),
    resolve: (_, { filter, sort, page, limit }, { engine, viewer }, info) =>
      numberedFlowRunPage(engine.database, viewer.tenantId, {
        filter: toFilter('FlowRun', filter),
        sort: sort ?? 'ID_DESC',
        page,
        limit,
        wide: asksForRunJson(info),
      }),
  }),
  taskRunPage: t.field({
    type: TaskRunPage,
    description: `A page of task runs by its number. ${EXPENSE} \`taskRuns\`.`,
    args: numberedArguments('TaskRun'),
    resolve: (_, { filter, sort, page, limit }, { engine, viewer }, info) =>
      numberedTaskRunPage(engine.database, viewer.tenantId, {
        filter: toFilter('TaskRun', filter),
        sort: sort ?? 'ID_DESC',
        page,
        limit,
        wide: asksForTaskInputs(info),
      }),
  }),
}));
