// Every input field of both dialects that takes JSON: how to write it, and how to read it back.

export interface JsonInput {
  /** What the field accepts: any JSON, an object, or a flat object of texts, numbers and booleans. */
  takes: 'any' | 'object' | 'labels';
  /** The type of the variable `$v`, which has the JSON. */
  type: string;
  /** Mutations to run before. The first id in their answer replaces `$fresh`. */
  before?: string;
  /** The mutation, without the variable. The first id in its answer replaces `$made` in the query. */
  write: string;
  /** The query. Its field `value` has the JSON. */
  read: string;
  /** Surrounds the JSON where the field needs more. */
  within?: (json: string) => string;
  /** What surrounds it is read, too. */
  isWhole?: boolean;
  /** The server adds members of its own. */
  isMerged?: boolean;
  /** `value` is text that contains the JSON. */
  isText?: boolean;
}

const native = (type: string, write: string, read: string, more: Partial<JsonInput> = {}): JsonInput => ({
  takes: type.startsWith('JSONObject') ? 'object' : type.startsWith('Labels') ? 'labels' : 'any',
  type,
  write,
  read,
  ...more,
});

const prefect1 = (write: string, read: string, more: Partial<JsonInput> = {}): JsonInput => ({
  takes: 'object',
  type: 'JSON',
  write,
  read,
  ...more,
});

const object = (write: string, read: string) => native('JSONObject', write, read);
const labels = (write: string, read: string) => native('Labels', write, read, { isMerged: true });

const NOON = '"2026-11-21T12:00:00Z"';
const SCHEDULE = 'schedule: { cron: "0 0 * * *" }, active: false';
const newFlowRun = (field: string): [string, string] => [
  `createFlowRun(input: { flowId: $flow, ${field}: $v }) { flowRun { id } }`,
  `flowRun(id: $made) { value: ${field} }`,
];
const newDeployment = (field: string): [string, string] => [
  `createDeployment(input: { flowId: $flow, name: $name, ${field}: $v }) { deployment { id } }`,
  `deployment(id: $made) { value: ${field} }`,
];
const changedDeployment = (field: string): [string, string] => [
  `updateDeployment(input: { deploymentId: $deployment, ${field}: $v }) { deployment { id } }`,
  `deployment(id: $deployment) { value: ${field} }`,
];
const runOfDeployment = (type: string, field: string) =>
  native(
    type,
    `createFlowRunFromDeployment(input: { deploymentId: $deployment, ${field}: $v }) { flowRun { id } }`,
    `flowRun(id: $made) { value: ${field} }`,
    { isMerged: true },
  );
const newFlowOf1 = (fields: string) =>
  prefect1(
    'create_flow(input: { project_id: $project, serialized_flow: $v }) { id }',
    `flow(where: { id: { _eq: $made } }) { ${fields} }`,
  );
const STATE_OF_1 = 'serialized_state(path: "context")';
const flowOf1 = (json: string, key: string) =>
  `{"name":"another flow","__version__":"1.4.1","tasks":[],"edges":[],"reference_tasks":[],${JSON.stringify(key)}:${json}}`;
const clocks = (kind: string, clock: string) =>
  prefect1(
    `set_flow_group_schedule(input: { flow_group_id: $group, ${kind}: [{ ${clock}, parameter_defaults: $v }] }) { success }`,
    'flow_group(where: { id: { _eq: $group } }) { value: schedule(path: "clocks[0].parameter_defaults") }',
  );

/** Only a valid schema is stored. */
const SCHEMA = { within: (json: string) => `{"default":${json}}`, isWhole: true };

export const JSON_INPUTS: { [place: string]: JsonInput } = {
  'CreateFlowInput.labels': labels(
    'createFlow(input: { name: $name, labels: $v }) { flow { id } }',
    'node(id: $made) { ... on Flow { value: labels } }',
  ),
  'CreateDeploymentInput.labels': labels(...newDeployment('labels')),
  'CreateDeploymentInput.parameters': object(...newDeployment('parameters')),
  'CreateDeploymentInput.parameterOpenapiSchema': { ...object(...newDeployment('parameterOpenapiSchema')), ...SCHEMA },
  'CreateDeploymentInput.jobVariables': object(...newDeployment('jobVariables')),
  'UpdateDeploymentInput.labels': labels(...changedDeployment('labels')),
  'UpdateDeploymentInput.parameters': object(...changedDeployment('parameters')),
  'UpdateDeploymentInput.parameterOpenapiSchema': {
    ...object(...changedDeployment('parameterOpenapiSchema')),
    ...SCHEMA,
  },
  'UpdateDeploymentInput.jobVariables': object(...changedDeployment('jobVariables')),
  'DeploymentScheduleInput.parameters': object(
    `createDeployment(input: { flowId: $flow, name: $name, schedules: [{ ${SCHEDULE}, parameters: $v }] }) { deployment { id } }`,
    'deployment(id: $made) { schedules { value: parameters } }',
  ),
  'CreateDeploymentScheduleInput.parameters': object(
    `createDeploymentSchedule(input: { deploymentId: $deployment, ${SCHEDULE}, parameters: $v }) { schedule { id } }`,
    'node(id: $made) { ... on DeploymentSchedule { value: parameters } }',
  ),
  'UpdateDeploymentScheduleInput.parameters': object(
    'updateDeploymentSchedule(input: { deploymentScheduleId: $schedule, parameters: $v }) { schedule { id } }',
    'node(id: $schedule) { ... on DeploymentSchedule { value: parameters } }',
  ),
  'CreateWorkPoolInput.baseJobTemplate': object(
    'createWorkPool(input: { name: $name, type: "process", baseJobTemplate: $v }) { workPool { id } }',
    'node(id: $made) { ... on WorkPool { value: baseJobTemplate } }',
  ),
  'UpdateWorkPoolInput.baseJobTemplate': object(
    'updateWorkPool(input: { workPoolId: $pool, baseJobTemplate: $v }) { workPool { id } }',
    'node(id: $pool) { ... on WorkPool { value: baseJobTemplate } }',
  ),
  'CreateFlowRunInput.parameters': object(...newFlowRun('parameters')),
  'CreateFlowRunInput.context': object(...newFlowRun('context')),
  'CreateFlowRunInput.jobVariables': object(...newFlowRun('jobVariables')),
  'CreateFlowRunInput.labels': labels(...newFlowRun('labels')),
  'UpdateFlowRunInput.parameters': object(
    'updateFlowRun(input: { flowRunId: $run, parameters: $v }) { flowRun { id } }',
    'flowRun(id: $run) { value: parameters }',
  ),
  'UpdateFlowRunInput.jobVariables': {
    ...object(
      'updateFlowRun(input: { flowRunId: $fresh, jobVariables: $v }) { flowRun { id } }',
      'flowRun(id: $fresh) { value: jobVariables }',
    ),
    before: 'createFlowRunFromDeployment(input: { deploymentId: $deployment }) { flowRun { id } }',
  },
  'UpdateFlowRunLabelsInput.labels': {
    ...native(
      'Labels!',
      'updateFlowRunLabels(input: { flowRunId: $fresh, labels: $v }) { flowRun { id } }',
      'flowRun(id: $fresh) { value: labels }',
      { isMerged: true },
    ),
    before: 'createFlowRun(input: { flowId: $flow }) { flowRun { id } }',
  },
  'CreateFlowRunFromDeploymentInput.parameters': runOfDeployment('JSONObject', 'parameters'),
  'CreateFlowRunFromDeploymentInput.context': runOfDeployment('JSONObject', 'context'),
  'CreateFlowRunFromDeploymentInput.jobVariables': runOfDeployment('JSONObject', 'jobVariables'),
  'CreateFlowRunFromDeploymentInput.labels': runOfDeployment('Labels', 'labels'),
  'CreateTaskRunInput.labels': labels(
    'createTaskRun(input: { flowRunId: $run, taskKey: $name, dynamicKey: "0", labels: $v }) { taskRun { id } }',
    'taskRun(id: $made) { value: labels }',
  ),
  'StateInput.data': native(
    'JSON',
    'setFlowRunState(input: { flowRunId: $run, force: true, state: { type: RUNNING, data: $v } }) { state { id } }',
    'flowRun(id: $run) { state { value: data } }',
  ),
  'ReportedStateInput.data': native(
    'JSON',
    `reportTaskRunStates(input: { states: [{ flowRunId: $run, taskKey: $name, dynamicKey: "0",
      state: { type: RUNNING, timestamp: ${NOON}, data: $v } }] }) { reported { taskRun { id } } rejected { code } }`,
    'taskRun(id: $made) { state { value: data } }',
  ),
  'ResumeFlowRunInput.runInput': {
    ...object(
      'resumeFlowRun(input: { flowRunId: $fresh, runInput: $v }) { verdict reason }',
      'flowRun(id: $fresh) { inputs(prefix: "answer") { nodes { value } } }',
    ),
    before: `createFlowRun(input: { flowId: $flow, state: { type: PAUSED,
      details: { runInputKeyset: { schema: "schema", response: "answer" } } } }) { flowRun { id } }`,
    isText: true,
  },

  'create_flow_run_input.parameters': prefect1(
    'create_flow_run(input: { flow_id: $flow1, parameters: $v }) { id }',
    'flow_run(where: { id: { _eq: $made } }) { value: parameters }',
  ),
  'create_flow_run_input.context': prefect1(
    'create_flow_run(input: { flow_id: $flow1, context: $v }) { id }',
    'flow_run(where: { id: { _eq: $made } }) { value: context }',
  ),
  'create_flow_run_input.run_config': prefect1(
    'create_flow_run(input: { flow_id: $flow1, run_config: $v }) { id }',
    'flow_run(where: { id: { _eq: $made } }) { value: run_config }',
  ),
  'set_flow_run_state_input.state': prefect1(
    'set_flow_run_states(input: { states: [{ flow_run_id: $run1, state: $v }] }) { states { id } }',
    `flow_run(where: { id: { _eq: $run1 } }) { value: ${STATE_OF_1} }`,
    { within: (json) => `{"type":"Scheduled","context":${json}}`, type: 'JSON!' },
  ),
  'set_task_run_state_input.state': prefect1(
    'set_task_run_states(input: { states: [{ task_run_id: $task1, state: $v }] }) { states { id } }',
    'task_run(where: { id: { _eq: $task1 } }) { value: serialized_state(path: "cached_inputs.result") }',
    { within: (json) => `{"type":"Pending","cached_inputs":{"result":${json}}}`, takes: 'any', type: 'JSON!' },
  ),
  'write_run_log_input.info': prefect1(
    'write_run_logs(input: { logs: [{ flow_run_id: $run1, message: $name, info: $v }] }) { success }',
    'log(where: { message: { _eq: $name } }) { value: info }',
  ),
  'update_tenant_settings_input.settings': prefect1(
    'update_tenant_settings(input: { tenant_id: $tenant, settings: $v }) { id }',
    'tenant(where: { id: { _eq: $tenant } }) { value: settings(path: "mine") }',
    { takes: 'any', within: (json) => `{"mine":${json}}` },
  ),
  'create_flow_input.serialized_flow': {
    ...newFlowOf1('value: serialized_flow(path: "environment")'),
    type: 'JSON!',
    within: (json) => flowOf1(json, 'environment'),
  },
  'register_tasks_input.serialized_tasks': prefect1(
    'register_tasks(input: { flow_id: $fresh, serialized_tasks: $v }) { success }',
    'flow(where: { id: { _eq: $fresh } }) { value: serialized_flow(path: "tasks[1].extra") }',
    {
      before: 'create_flow(input: { project_id: $project, serialized_flow: $serialized }) { id }',
      takes: 'any',
      type: 'JSON!',
      within: (json) => `[{"slug":"one","name":"one","extra":${json}}]`,
    },
  ),
  'set_flow_group_run_config_input.run_config': prefect1(
    'set_flow_group_run_config(input: { flow_group_id: $group, run_config: $v }) { success }',
    'flow_group(where: { id: { _eq: $group } }) { value: run_config }',
  ),
  'set_flow_group_default_parameters_input.parameters': prefect1(
    'set_flow_group_default_parameters(input: { flow_group_id: $group, parameters: $v }) { success }',
    'flow_group(where: { id: { _eq: $group } }) { value: default_parameters }',
    { type: 'JSON!' },
  ),
  'cron_clock_input.parameter_defaults': clocks('cron_clocks', 'cron: "0 0 * * *"'),
  'interval_clock_input.parameter_defaults': clocks('interval_clocks', 'interval: 3600'),
  'create_task_run_artifact_input.data': prefect1(
    'create_task_run_artifact(input: { task_run_id: $task1, kind: "link", data: $v }) { id }',
    'task_run_artifact(where: { id: { _eq: $made } }) { value: data }',
    { takes: 'any', type: 'JSON!' },
  ),
  'update_task_run_artifact_input.data': prefect1(
    'update_task_run_artifact(input: { task_run_artifact_id: $fresh, data: $v }) { success }',
    'task_run_artifact(where: { id: { _eq: $fresh } }) { value: data }',
    {
      before: 'create_task_run_artifact(input: { task_run_id: $task1, kind: "link", data: "{}" }) { id }',
      takes: 'any',
      type: 'JSON!',
    },
  ),
  'create_agent_config_input.settings': prefect1(
    'create_agent_config(input: { tenant_id: $tenant, settings: $v }) { id }',
    'agent_config(where: { id: { _eq: $made } }) { value: settings }',
  ),
  'update_agent_config_input.settings': prefect1(
    'update_agent_config(input: { agent_config_id: $fresh, settings: $v }) { success }',
    'agent_config(where: { id: { _eq: $fresh } }) { value: settings }',
    { before: 'create_agent_config(input: { tenant_id: $tenant }) { id }' },
  ),
};

/** Fields without free JSON: they accept texts only. */
export const WITHOUT_NUMBERS = [
  'CreateTaskRunInput.taskInputs',
  'TaskRunReportInput.taskInputs',
  'StateDetailsInput.runInputKeyset',
  'create_cloud_hook_input.config',
  // The slugs of tasks, a key and a flag.
  'register_edges_input.serialized_edges',
];
