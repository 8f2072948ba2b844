import type { Api, ReportedTaskRun } from '../api.ts';
import type { ReportedState, TaskInput } from '../values.ts';
import { filterIn } from './prefect3Filters.ts';
import type { Prefect3Request } from './prefect3Request.ts';
import {
  type RestState,
  type RestTaskRun,
  type RestVerdict,
  snakeKeys,
  stateIn,
  stateOut,
  taskRunOut,
  verdictOut,
} from './prefect3Values.ts';

/** Task runs over REST. */
export const prefect3TaskRuns = (call: Prefect3Request) =>
  ({
    async createTaskRun({ policy, state, taskInputs, ...run }) {
      const answer = await call<RestTaskRun>('POST', 'task_runs/', {
        ...snakeKeys(run),
        state: stateIn(state),
        empirical_policy: policy && snakeKeys(policy),
        task_inputs: taskInputs && taskInputsIn(taskInputs),
      });
      return { run: taskRunOut(answer.body), created: answer.status === 201 };
    },
    async readTaskRun(id) {
      return taskRunOut((await call<RestTaskRun>('GET', `task_runs/${id}`)).body);
    },
    async taskRunStates(id) {
      return (await call<RestState[]>('GET', `task_run_states/?task_run_id=${id}`)).body.map(stateOut);
    },
    async setTaskRunState(id, state, { force = false } = {}) {
      const answer = await call<RestVerdict>('POST', `task_runs/${id}/set_state`, { state: stateIn(state), force });
      return verdictOut(answer.status, answer.body);
    },
    async deleteTaskRun(id) {
      await call('DELETE', `task_runs/${id}`);
    },
    async filterTaskRuns({ filter, sort, limit } = {}) {
      const { body } = await call<RestTaskRun[]>('POST', 'task_runs/filter', { ...filterIn(filter), sort, limit });
      return body.map(taskRunOut);
    },
    async countTaskRuns({ filter } = {}) {
      return (await call<number>('POST', 'task_runs/count', filterIn(filter))).body;
    },
    async pageTaskRuns({ filter, ...paging } = {}) {
      const { body } = await call<{ results: RestTaskRun[]; count: number; pages: number; page: number }>(
        'POST',
        'task_runs/paginate',
        { ...filterIn(filter), ...paging },
      );
      return { ...body, items: body.results.map(taskRunOut) };
    },
    /** Prefect 3's engines report by events. */
    async applyReport(taskRun, state) {
      await call('POST', 'events', [taskRunEvent(taskRun, state)]);
    },
  }) satisfies Partial<Api>;

const taskInputsIn = (inputs: { [parameter: string]: TaskInput[] }) =>
  Object.fromEntries(
    Object.entries(inputs).map(([parameter, list]) => [
      parameter,
      list.map(({ kind, ...input }) => ({ input_type: kind, ...input })),
    ]),
  );

const taskRunEvent = ({ taskRunId, flowRunId, taskKey, dynamicKey, name }: ReportedTaskRun, state: ReportedState) => ({
  id: state.id,
  occurred: state.timestamp,
  event: `prefect.task-run.${state.name}`,
  resource: {
    'prefect.resource.id': `prefect.task-run.${taskRunId}`,
    'prefect.resource.name': name,
    'prefect.run-count': '1',
    'prefect.state-name': state.name,
    'prefect.state-type': state.type,
    'prefect.state-timestamp': state.timestamp,
    'prefect.orchestration': 'client',
    'prefect.state-message': '',
  },
  related: [{ 'prefect.resource.id': `prefect.flow-run.${flowRunId}`, 'prefect.resource.role': 'flow-run' }],
  payload: {
    intended: { from: null, to: state.type },
    initial_state: null,
    validated_state: { type: state.type, name: state.name, message: '', state_details: {}, data: null },
    task_run: {
      task_key: taskKey,
      dynamic_key: dynamicKey,
      name,
      empirical_policy: {},
      tags: [],
      task_inputs: {},
      run_count: 1,
      flow_run_run_count: 1,
      estimated_run_time: 0,
      estimated_start_time_delta: 0,
      total_run_time: 0,
    },
  },
});
