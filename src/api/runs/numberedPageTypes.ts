import type { ObjectRef } from '@pothos/core';
import { MAX_PAGE_SIZE, type NumberedPage } from '../../core/values/page.ts';
import { numberedFlowRunPage, numberedTaskRunPage } from '../../store/insights/numberedPages.ts';
import { builder } from '../building/builder.ts';
import { RunSortEnum } from '../building/enums.ts';
import { FlowRunType, TaskRunType } from '../building/objectTypes.ts';
import { asksForRunJson, asksForTaskInputs } from '../building/selected.ts';
import { filterText, SHARED_TEXTS, sortText } from '../building/sharedTexts.ts';
import type { FilterKind } from '../filters/filterFields.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

const numberedPageOf = <Row>(node: ObjectRef<typeof builder.$inferSchemaTypes, Row>, plural: string) =>
  builder.objectRef<NumberedPage<Row>>(`${node.name}Page`).implement({
    description: `A numbered page of ${plural} and their total count, read in one snapshot.`,
    fields: (t) => ({
      nodes: t.field({
        type: [node],
        description: `The ${plural} of the page; at most ${MAX_PAGE_SIZE}. Empty after the last page.`,
        // The cast: Row is a type parameter, so TypeScript cannot check it against what Pothos expects of `nodes`.
        resolve: ({ rows }) => rows as never,
      }),
      page: t.exposeInt('page', { description: 'The number of the page, starting at 1.' }),
      limit: t.exposeInt('limit', { description: 'The number of items on a page.' }),
      pages: t.exposeInt('pages', { description: 'How many pages there are; 0 if `limit` is 0.' }),
      totalCount: t.exposeInt('totalCount', { description: `The exact number of ${plural} that match.` }),
    }),
  });

const FlowRunPage = numberedPageOf(FlowRunType, 'flow runs');
const TaskRunPage = numberedPageOf(TaskRunType, 'task runs');

const numberedArguments = (kind: FilterKind) =>
  builder.args((t) => ({
    filter: t.field({ type: filterInputType(kind), description: filterText('runs') }),
    sort: t.field({ type: RunSortEnum, description: sortText('ID_DESC') }),
    page: t.int({
      description: 'The number of the page, starting at 1. Defaults to 1; less fails with BAD_USER_INPUT.',
    }),
    limit: t.int({
      description: `The number of items on a page. ${SHARED_TEXTS.pageSize}`,
    }),
  }));

const EXPENSE =
  'The server counts all runs that match and skips the preceding pages, so the cost grows with both. To read a list ' +
  'page by page from the start, use';

builder.queryFields((t) => ({
  flowRunPage: t.field({
    type: FlowRunPage,
    description: `Returns a page of flow runs by its number. ${EXPENSE} \`flowRuns\`.`,
    args: numberedArguments('FlowRun'),
    resolve: (_, { filter, sort, page, limit }, { reads, viewer }, info) =>
      numberedFlowRunPage(reads, viewer.tenantId, {
        filter: toFilter('FlowRun', filter),
        sort: sort ?? 'ID_DESC',
        page,
        limit,
        wide: asksForRunJson(info),
      }),
  }),
  taskRunPage: t.field({
    type: TaskRunPage,
    description: `Returns a page of task runs by its number. ${EXPENSE} \`taskRuns\`.`,
    args: numberedArguments('TaskRun'),
    resolve: (_, { filter, sort, page, limit }, { reads, viewer }, info) =>
      numberedTaskRunPage(reads, viewer.tenantId, {
        filter: toFilter('TaskRun', filter),
        sort: sort ?? 'ID_DESC',
        page,
        limit,
        wide: asksForTaskInputs(info),
      }),
  }),
}));
