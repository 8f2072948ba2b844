import { createFlowRun } from '../../actions/flowRuns/createFlowRun.ts';
import { deleteFlowRun } from '../../actions/flowRuns/deleteFlowRun.ts';
import { deleteFlowRunLogs } from '../../actions/flowRuns/deleteFlowRunLogs.ts';
import { renameFlowRun } from '../../actions/flowRuns/renameFlowRun.ts';
import { updateFlowRun } from '../../actions/flowRuns/updateFlowRun.ts';
import { updateFlowRunLabels } from '../../actions/flowRuns/updateFlowRunLabels.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { Problem } from '../../core/values/problem.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { FlowRunType } from '../building/objectTypes.ts';
import { idText, SHARED_TEXTS } from '../building/sharedTexts.ts';
import { FlowRunPolicyInput } from '../runs/policyTypes.ts';
import { StateInput, stateRequest } from '../runs/stateInput.ts';

/** Descriptions of the fields with which flow runs are created, directly or from a deployment. */
export const FLOW_RUN_TEXTS = {
  idempotencyKey:
    'A key of the run, unique in its flow as long as the run exists. A request that repeats the key gets the ' +
    'existing run, unchanged, even if its other fields differ. An empty key is ignored. At most ' +
    `${LIMITS.idempotencyKeyCharacters} characters.`,
  name: SHARED_TEXTS.runName,
  tags: `${SHARED_TEXTS.runTags} ${LIMIT_TEXTS.tags}`,
  context: `Arbitrary information about the run. ${LIMIT_TEXTS.json}`,
  parentTaskRunId:
    'For a subflow: the id of the task run that represents it in the parent flow run, and that follows its states. ' +
    'An unknown id fails with REFERENCE_NOT_FOUND.',
} as const;

const flowRunFields = (t: InputFields) => ({
  name: t.string({ description: FLOW_RUN_TEXTS.name }),
  flowVersion: t.string({ description: `The version of the flow. ${LIMIT_TEXTS.text}` }),
  parameters: t.field({ type: 'JSONObject', description: `The arguments of the flow. ${LIMIT_TEXTS.parameters}` }),
  policy: t.field({ type: FlowRunPolicyInput, description: 'How the run is retried.' }),
  tags: t.stringList({ description: FLOW_RUN_TEXTS.tags }),
  jobVariables: t.field({
    type: 'JSONObject',
    description: `Settings for the infrastructure of the run. ${LIMIT_TEXTS.json}`,
  }),
});

const CreateFlowRunInput = builder.inputType('CreateFlowRunInput', {
  description: 'A flow run to create. Omitted and null fields get their defaults.',
  fields: (t) => ({
    idempotencyKey: t.string({
      description: FLOW_RUN_TEXTS.idempotencyKey,
    }),
    flowId: t.id({ required: true, description: idText('flow', 'REFERENCE_NOT_FOUND') }),
    ...flowRunFields(t),
    state: t.field({ type: StateInput, description: SHARED_TEXTS.firstState }),
    labels: t.field({
      type: 'Labels',
      description:
        'Arbitrary keys and values, which override inherited ones. A flow run inherits the labels of its ' +
        `deployment, or those of its flow if it has no deployment. ${LIMIT_TEXTS.labels}`,
    }),
    context: t.field({ type: 'JSONObject', description: FLOW_RUN_TEXTS.context }),
    deploymentId: t.id({
      description: idText('deployment', 'REFERENCE_NOT_FOUND'),
    }),
    workPoolName: t.string({
      description:
        'The name of the work pool whose workers take the flow run. An unknown name fails with REFERENCE_NOT_FOUND. ' +
        `${LIMIT_TEXTS.name}`,
    }),
    workQueueName: t.string({
      description: SHARED_TEXTS.workQueueName,
    }),
    parentTaskRunId: t.id({
      description: FLOW_RUN_TEXTS.parentTaskRunId,
    }),
  }),
});

const UpdateFlowRunInput = builder.inputType('UpdateFlowRunInput', {
  description:
    'Changes to a flow run. Omitted fields stay unchanged. Null clears `flowVersion` and `infrastructurePid`. For ' +
    'fields other than these and `name`, null fails with BAD_USER_INPUT.',
  fields: (t) => ({
    ...keyed(t),
    flowRunId: t.id({ required: true, description: idText('flow run', 'NOT_FOUND') }),
    ...flowRunFields(t),
    infrastructurePid: t.string({ description: `The id of the run in its infrastructure. ${LIMIT_TEXTS.text}` }),
  }),
});

const RenameFlowRunInput = builder.inputType('RenameFlowRunInput', {
  description: 'A new name for a flow run.',
  fields: (t) => ({
    ...keyed(t),
    flowRunId: t.id({ required: true, description: idText('flow run', 'NOT_FOUND') }),
    name: t.string({ description: SHARED_TEXTS.newName }),
  }),
});

/** Keeps null for texts, where it has a meaning. Throws BAD_USER_INPUT for null lists and objects. */
function flowRunChanges({
  name,
  flowVersion,
  infrastructurePid,
  policy,
  ...input
}: typeof UpdateFlowRunInput.$inferInput) {
  const { parameters, tags, jobVariables } = input;
  for (const [field, value] of Object.entries({ parameters, policy, tags, jobVariables }))
    if (value === null)
      throw new Problem('BAD_USER_INPUT', `\`${field}\` must not be null. Omit it to leave it unchanged.`, { field });
  return {
    ...given(input),
    ...(name !== undefined && { name }),
    ...(flowVersion !== undefined && { flowVersion }),
    ...(infrastructurePid !== undefined && { infrastructurePid }),
    ...(policy && { policy: given(policy) }),
  };
}

export const CreateFlowRunPayload = builder
  .objectRef<{ flowRun: FlowRun; created: boolean }>('CreateFlowRunPayload')
  .implement({
    description: 'The created or existing flow run.',
    fields: (t) => ({
      flowRun: t.expose('flowRun', { type: FlowRunType, description: 'The new or existing flow run.' }),
      created: t.exposeBoolean('created', {
        description: 'False if the flow already had a run with this idempotency key, which is then returned unchanged.',
      }),
    }),
  });

const ChangeFlowRunPayload = builder.objectRef<{ flowRun: FlowRun }>('ChangeFlowRunPayload').implement({
  description: 'The changed flow run.',
  fields: (t) => ({
    flowRun: t.expose('flowRun', { type: FlowRunType, description: 'The flow run after the change.' }),
  }),
});

const ofFlowRun = (t: InputFields) => ({
  ...keyed(t),
  flowRunId: t.id({ required: true, description: idText('flow run', 'NOT_FOUND') }),
});

const UpdateFlowRunLabelsInput = builder.inputType('UpdateFlowRunLabelsInput', {
  description: 'Labels to merge into those of a flow run.',
  fields: (t) => ({
    ...ofFlowRun(t),
    labels: t.field({
      type: 'Labels',
      required: true,
      description:
        `The labels to add. Existing keys get the new values, and no key is removed. ${LIMIT_TEXTS.labels} The limit ` +
        'also applies to the labels of the run after the merge.',
    }),
  }),
});

const DeleteFlowRunInput = builder.inputType('DeleteFlowRunInput', {
  description: 'The flow run to delete.',
  fields: ofFlowRun,
});

const DeleteFlowRunPayload = builder.objectRef<{ flowRunId: string }>('DeleteFlowRunPayload').implement({
  description: 'The deleted flow run.',
  fields: (t) => ({ flowRunId: t.exposeID('flowRunId', { description: 'The id of the deleted flow run.' }) }),
});

const DeleteFlowRunLogsInput = builder.inputType('DeleteFlowRunLogsInput', {
  description: 'The flow run whose log lines to delete.',
  fields: ofFlowRun,
});

const DeleteFlowRunLogsPayload = builder
  .objectRef<{ flowRunId: string; deleted: number }>('DeleteFlowRunLogsPayload')
  .implement({
    description: 'The deleted log lines.',
    fields: (t) => ({
      flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run, which still exists.' }),
      deleted: t.exposeInt('deleted', { description: 'How many log lines were deleted.' }),
    }),
  });

builder.mutationFields((t) => ({
  createFlowRun: t.field({
    type: CreateFlowRunPayload,
    description:
      'Creates a flow run in its first state. If the flow already has a run with this idempotency key, returns it ' +
      'unchanged.',
    args: { input: t.arg({ type: CreateFlowRunInput, required: true, description: 'The flow run to create.' }) },
    resolve: async (_, { input: { state, policy, ...input } }, context) => {
      const created = await createFlowRun(context.engine, context.viewer, {
        ...given(input),
        ...(state && { state: stateRequest(state) }),
        ...(policy && { policy: given(policy) }),
      });
      context.written = { flowRun: created.flowRun, flowRunState: created.state };
      return created;
    },
  }),
  updateFlowRun: t.field({
    type: ChangeFlowRunPayload,
    description:
      'Changes fields of a flow run other than its state and labels. `policy` is merged into the current policy. ' +
      '`jobVariables` can be changed only while the run is SCHEDULED and has a deployment (otherwise ' +
      'FAILED_PRECONDITION), and must match the schema of the deployment’s work pool. For labels, use ' +
      '`updateFlowRunLabels`.',
    args: { input: t.arg({ type: UpdateFlowRunInput, required: true, description: 'The flow run and the changes.' }) },
    resolve: (_, { input }, { engine, viewer }) => updateFlowRun(engine, viewer, flowRunChanges(input)),
  }),
  renameFlowRun: t.field({
    type: ChangeFlowRunPayload,
    description: 'Changes the name of a flow run.',
    args: { input: t.arg({ type: RenameFlowRunInput, required: true, description: 'The flow run and its new name.' }) },
    resolve: (_, { input }, { engine, viewer }) => renameFlowRun(engine, viewer, given(input)),
  }),
  updateFlowRunLabels: t.field({
    type: ChangeFlowRunPayload,
    description: 'Merges labels into those of a flow run. Concurrent requests do not overwrite each other’s keys.',
    args: {
      input: t.arg({ type: UpdateFlowRunLabelsInput, required: true, description: 'The flow run and the labels.' }),
    },
    resolve: (_, { input }, { engine, viewer }) => updateFlowRunLabels(engine, viewer, given(input)),
  }),
  deleteFlowRun: t.field({
    type: DeleteFlowRunPayload,
    description:
      'Deletes a flow run, in any state, with its states, task runs, inputs and log lines. The flow runs of its ' +
      'subflows are kept, without a parent. Subscriptions to the run end.',
    args: { input: t.arg({ type: DeleteFlowRunInput, required: true, description: 'The flow run to delete.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteFlowRun(engine, viewer, given(input)),
  }),
  deleteFlowRunLogs: t.field({
    type: DeleteFlowRunLogsPayload,
    description:
      'Deletes the log lines that a flow run and its task runs have so far. Later lines continue the numbering; ' +
      'subscribers see in `skipped` how many lines they missed.',
    args: {
      input: t.arg({
        type: DeleteFlowRunLogsInput,
        required: true,
        description: 'The flow run whose log lines to delete.',
      }),
    },
    resolve: (_, { input }, { engine, viewer }) => deleteFlowRunLogs(engine, viewer, given(input)),
  }),
}));
