import type { Api, HistoryBucket, NumberedPage } from '../api.ts';
import type { FlowRun, TaskRun } from '../values.ts';
import { FLOW_RUN, TASK_RUN } from './flowqlFields.ts';
import { runFilter } from './flowqlFilters.ts';
import type { FlowqlRequest } from './flowqlRequest.ts';

/** Numbered pages and histories of FlowQL's native API. */
export function flowqlLists(request: FlowqlRequest): Pick<Api, 'pageFlowRuns' | 'pageTaskRuns' | 'flowRunHistory'> {
  const numberedPage =
    (root: string, kind: string, selection: string) =>
    async <Row>(filter: object | null, sort?: string, page?: number, limit?: number): Promise<NumberedPage<Row>> => {
      const document = `query ($filter: ${kind}Filter, $sort: RunSort, $page: Int, $limit: Int) {
        found: ${root}(filter: $filter, sort: $sort, page: $page, limit: $limit) {
          items: nodes { ${selection} } count: totalCount pages page
        }
      }`;
      return (await request<{ found: NumberedPage<Row> }>(document, { filter, sort, page, limit })).found;
    };
  const flowRuns = numberedPage('flowRunPage', 'FlowRun', FLOW_RUN);
  const taskRuns = numberedPage('taskRunPage', 'TaskRun', TASK_RUN);

  return {
    pageFlowRuns: ({ filter, sort, page, limit } = {}) =>
      flowRuns<FlowRun>(runFilter('flowRuns', filter), sort, page, limit),
    pageTaskRuns: ({ filter, sort, page, limit } = {}) =>
      taskRuns<TaskRun>(runFilter('taskRuns', filter), sort, page, limit),
    flowRunHistory: async ({ start, end, intervalSeconds, filter }) => {
      const document = `query ($start: DateTime!, $end: DateTime!, $intervalSeconds: Float!, $filter: FlowRunFilter) {
        buckets: flowRunHistory(start: $start, end: $end, intervalSeconds: $intervalSeconds, filter: $filter) {
          start end states { type name count sumRunTime: sumRunTimeSeconds sumLateness: sumLatenessSeconds }
        }
      }`;
      const variables = { start, end, intervalSeconds, filter: runFilter('flowRuns', filter) };
      return (await request<{ buckets: HistoryBucket[] }>(document, variables)).buckets;
    },
  };
}
