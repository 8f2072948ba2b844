import type { Json, JsonObject } from '../../../../src/core/values/jsonObject.ts';
import type { Api, GraphNode } from '../api.ts';
import { clausesIn, filterIn } from './prefect3Filters.ts';
import type { Prefect3Request } from './prefect3Request.ts';
import {
  flowRunOut,
  type RestFlowRun,
  type RestState,
  type RestVerdict,
  snakeKeys,
  stateIn,
  stateOut,
  verdictOut,
} from './prefect3Values.ts';

/** Flow runs over REST, with their inputs, logs and graphs. */
export const prefect3FlowRuns = (call: Prefect3Request) =>
  ({
    async createFlowRun({ policy, state, extra, ...run }) {
      const body = {
        ...snakeKeys(run),
        state: stateIn(state),
        empirical_policy: policy && snakeKeys(policy),
        ...extra,
      };
      const answer = await call<RestFlowRun>('POST', 'flow_runs/', body);
      return { run: flowRunOut(answer.body), created: answer.status === 201 };
    },
    async updateFlowRun(id, { policy, ...patch }) {
      await call('PATCH', `flow_runs/${id}`, {
        ...snakeKeys(patch),
        ...(policy && { empirical_policy: snakeKeys(policy) }),
      });
    },
    async readFlowRun(id) {
      return flowRunOut((await call<RestFlowRun>('GET', `flow_runs/${id}`)).body);
    },
    async flowRunStates(id) {
      return (await call<RestState[]>('GET', `flow_run_states/?flow_run_id=${id}`)).body.map(stateOut);
    },
    async readFlowRunState(id) {
      return stateOut((await call<RestState>('GET', `flow_run_states/${id}`)).body);
    },
    async setFlowRunState(id, state, { force = false } = {}) {
      const answer = await call<RestVerdict>('POST', `flow_runs/${id}/set_state`, { state: stateIn(state), force });
      return verdictOut(answer.status, answer.body);
    },
    async resumeFlowRun(id, runInput) {
      const answer = await call<RestVerdict>('POST', `flow_runs/${id}/resume`, runInput ? { run_input: runInput } : {});
      return verdictOut(answer.status, answer.body);
    },
    async deleteFlowRun(id) {
      await call('DELETE', `flow_runs/${id}`);
    },
    async patchLabels(id, labels) {
      await call('PATCH', `flow_runs/${id}/labels`, labels);
    },
    async filterFlowRuns({ filter, sort, limit } = {}) {
      const { body } = await call<RestFlowRun[]>('POST', 'flow_runs/filter', { ...filterIn(filter), sort, limit });
      return body.map(flowRunOut);
    },
    async countFlowRuns({ filter } = {}) {
      return (await call<number>('POST', 'flow_runs/count', filterIn(filter))).body;
    },
    async pageFlowRuns({ filter, ...paging } = {}) {
      const { body } = await call<{ results: RestFlowRun[]; count: number; pages: number; page: number }>(
        'POST',
        'flow_runs/paginate',
        { ...filterIn(filter), ...paging },
      );
      return { ...body, items: body.results.map(flowRunOut) };
    },
    async flowRunHistory({ start, end, intervalSeconds, filter }) {
      const { body } = await call<RestBucket[]>('POST', 'flow_runs/history', {
        history_start: start,
        history_end: end,
        history_interval_seconds: intervalSeconds,
        ...filterIn(filter, 'work_queues'),
      });
      return body.map((bucket) => ({
        start: bucket.interval_start,
        end: bucket.interval_end,
        states: bucket.states.map((state) => ({
          type: state.state_type,
          name: state.state_name,
          count: state.count_runs,
          sumRunTime: state.sum_estimated_run_time,
          sumLateness: state.sum_estimated_lateness,
        })),
      }));
    },
    async flowRunDependencies(id) {
      const { body } = await call<{ id: string; name: string; upstream_dependencies: { id: string }[] }[]>(
        'GET',
        `flow_runs/${id}/graph`,
      );
      return body.map((node) => ({ id: node.id, name: node.name, upstream: idsOf(node.upstream_dependencies) }));
    },
    async flowRunGraph(id, { since } = {}) {
      const query = since ? `?since=${encodeURIComponent(since)}` : '';
      const { body } = await call<RestGraph>('GET', `flow_runs/${id}/graph-v2${query}`);
      return {
        rootIds: body.root_node_ids,
        artifacts: body.artifacts,
        states: body.states.map(stateOut),
        nodes: body.nodes.map(
          ([, node]): GraphNode => ({
            ...node,
            stateType: node.state_type,
            startTime: node.start_time,
            parents: idsOf(node.parents),
            children: idsOf(node.children),
            encapsulating: idsOf(node.encapsulating),
          }),
        ),
      };
    },
    async flowRunArtifacts(id) {
      const body = { artifacts: { flow_run_id: { any_: [id] } } };
      const artifacts = (await call<RestArtifact[]>('POST', 'artifacts/filter', body)).body;
      return artifacts.map(({ key, type, description, data }) => ({ key, type, description, data }));
    },
    async flowRunEvents(id) {
      const filter = {
        event: { prefix: ['prefect.flow-run.'] },
        resource: { id: [`prefect.flow-run.${id}`] },
        order: 'ASC',
      };
      const { body } = await call<{ events: { id: string; event: string; follows: string | null }[] }>(
        'POST',
        'events/filter',
        { filter, limit: 50 },
      );
      return body.events.map((event) => ({
        stateId: event.id,
        name: event.event.replace('prefect.flow-run.', ''),
        follows: event.follows,
      }));
    },
    async bulkSetFlowRunState({ filter, state, force, limit }) {
      const { body } = await call<{ results: (RestVerdict & { flow_run_id: string })[] }>(
        'POST',
        'flow_runs/bulk_set_state',
        { flow_runs: filter?.flowRuns && clausesIn(filter.flowRuns), state: stateIn(state), force, limit },
      );
      return body.results.map((result) => ({ flowRunId: result.flow_run_id, ...verdictOut(200, result) }));
    },
  }) satisfies Partial<Api>;

const idsOf = (rows: { id: string }[]): string[] => rows.map((row) => row.id);

interface RestBucket {
  interval_start: string;
  interval_end: string;
  states: {
    state_type: string;
    state_name: string;
    count_runs: number;
    sum_estimated_run_time: number;
    sum_estimated_lateness: number;
  }[];
}

interface RestGraph {
  root_node_ids: string[];
  artifacts: unknown[];
  states: RestState[];
  nodes: [
    id: string,
    node: {
      id: string;
      kind: string;
      label: string;
      state_type: string;
      start_time: string | null;
      parents: { id: string }[];
      children: { id: string }[];
      encapsulating: { id: string }[];
      artifacts: unknown[];
    },
  ][];
}

interface RestArtifact {
  key: string;
  type: string;
  description: string;
  data: Json | JsonObject;
}
