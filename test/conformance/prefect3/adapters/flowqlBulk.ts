import type { Api } from '../api.ts';
import { runFilter } from './flowqlFilters.ts';
import type { FlowqlRequest } from './flowqlRequest.ts';

type Outcomes = Awaited<ReturnType<Api['bulkSetFlowRunState']>>;

const SET = `mutation ($input: BulkSetFlowRunStateInput!) {
  payload: bulkSetFlowRunState(input: $input) { job { outcomes(first: 200) { nodes { flowRunId status: outcome reason } } } }
}`;

/** Bulk mutations. Jobs as small as those of the cases are done before their answer. */
export const flowqlBulk = (request: FlowqlRequest) => ({
  bulkSetFlowRunState: async ({
    filter,
    state,
    force,
  }: Parameters<Api['bulkSetFlowRunState']>[0]): Promise<Outcomes> => {
    const input = { filter: runFilter('flowRuns', filter), state, force };
    const { payload } = await request<{ payload: { job: { outcomes: { nodes: Outcomes } } } }>(SET, { input });
    return payload.job.outcomes.nodes;
  },
});
