import { createFlowRun } from '../../actions/flowRuns/createFlowRun.ts';
import { renameFlowRun } from '../../actions/flowRuns/renameFlowRun.ts';
import { updateFlowRun } from '../../actions/flowRuns/updateFlowRun.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { Problem } from '../../core/values/problem.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { FlowRunType } from '../building/objectTypes.ts';
import { FlowRunPolicyInput } from '../runs/policyTypes.ts';
import { StateInput, stateRequest } from '../runs/stateInput.ts';

const flowRunFields = (t: InputFields) => ({
  name: t.string({ description: `For people; two words are chosen where it is null or empty. ${LIMIT_TEXTS.text}` }),
  flowVersion: t.string({ description: `The version of the flow. ${LIMIT_TEXTS.text}` }),
  parameters: t.field({ type: 'JSONObject', description: `The arguments of the flow. ${LIMIT_TEXTS.parameters}` }),
  policy: t.field({ type: FlowRunPolicyInput, description: 'How the run is run again.' }),
  tags: t.stringList({ description: `Free words to find the run by. ${LIMIT_TEXTS.tags}` }),
  jobVariables: t.field({
    type: 'JSONObject',
    description: `What the run asks of its infrastructure. ${LIMIT_TEXTS.json}`,
  }),
});

const CreateFlowRunInput = builder.inputType('CreateFlowRunInput', {
  description: 'A flow run to create. What is left out or null has its default.',
  fields: (t) => ({
    idempotencyKey: t.string({
      description:
        'A key of the run, unique in its flow for as long as the run is there: a second request with the key gets that ' +
        `run, unchanged, whatever else it asks for. Empty is no key. At most ${LIMITS.idempotencyKeyCharacters} characters.`,
    }),
    flowId: t.id({ required: true, description: 'The id of the flow; an unknown one is REFERENCE_NOT_FOUND.' }),
    ...flowRunFields(t),
    state: t.field({ type: StateInput, description: 'The first state; any may be. PENDING where it is left out.' }),
    labels: t.field({
      type: 'Labels',
      description: `Free keys and values, over those of the flow and the deployment. ${LIMIT_TEXTS.labels}`,
    }),
    context: t.field({ type: 'JSONObject', description: `Free facts about the run. ${LIMIT_TEXTS.json}` }),
    deploymentId: t.id({
      description: 'The id of the deployment that the run is made from; an unknown one is REFERENCE_NOT_FOUND.',
    }),
    workPoolName: t.string({
      description: `The work pool whose workers take the run; an unknown one is REFERENCE_NOT_FOUND. ${LIMIT_TEXTS.name}`,
    }),
    workQueueName: t.string({
      description: `The queue in that pool, the default one where it is left out; an unknown one is REFERENCE_NOT_FOUND. ${LIMIT_TEXTS.name}`,
    }),
    parentTaskRunId: t.id({
      description:
        'Of a subflow: the id of the task run that stands for it, and follows its states; an unknown one is ' +
        'REFERENCE_NOT_FOUND.',
    }),
  }),
});

const UpdateFlowRunInput = builder.inputType('UpdateFlowRunInput', {
  description: 'What to change of a flow run. What is left out stays as it is.',
  fields: (t) => ({
    ...keyed(t),
    flowRunId: t.id({ required: true, description: 'The id of the flow run; an unknown one is NOT_FOUND.' }),
    ...flowRunFields(t),
    infrastructurePid: t.string({ description: `What the run’s infrastructure calls it. ${LIMIT_TEXTS.text}` }),
  }),
});

const RenameFlowRunInput = builder.inputType('RenameFlowRunInput', {
  description: 'A new name for a flow run.',
  fields: (t) => ({
    ...keyed(t),
    flowRunId: t.id({ required: true, description: 'The id of the flow run; an unknown one is NOT_FOUND.' }),
    name: t.string({ description: `The name; two words are chosen where it is null or empty. ${LIMIT_TEXTS.text}` }),
  }),
});

/** Null has a meaning where a text can be cleared or chosen anew; lists and objects can be emptied, but not be null. */
function flowRunChanges({
  name,
  flowVersion,
  infrastructurePid,
  policy,
  ...input
}: typeof UpdateFlowRunInput.$inferInput) {
  const { parameters, tags, jobVariables } = input;
  for (const [field, value] of Object.entries({ parameters, policy, tags, jobVariables }))
    if (value === null) throw new Problem('BAD_USER_INPUT', `${field} may be left out, but not be null.`, { field });
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
    description: 'The flow run that was asked for.',
    fields: (t) => ({
      flowRun: t.expose('flowRun', { type: FlowRunType, description: 'The flow run, new or as it was.' }),
      created: t.exposeBoolean('created', {
        description: 'False where the flow had a run with the idempotency key; it is unchanged.',
      }),
    }),
  });

export const ChangeFlowRunPayload = builder.objectRef<{ flowRun: FlowRun }>('ChangeFlowRunPayload').implement({
  description: 'The flow run that was changed.',
  fields: (t) => ({ flowRun: t.expose('flowRun', { type: FlowRunType, description: 'The flow run as it is now.' }) }),
});

builder.mutationFields((t) => ({
  createFlowRun: t.field({
    type: CreateFlowRunPayload,
    description: 'Creates a flow run in its first state.',
    args: { input: t.arg({ type: CreateFlowRunInput, required: true, description: 'The flow run.' }) },
    resolve: (_, { input: { state, policy, ...input } }, { engine, viewer }) =>
      createFlowRun(engine, viewer, {
        ...given(input),
        ...(state && { state: stateRequest(state) }),
        ...(policy && { policy: given(policy) }),
      }),
  }),
  updateFlowRun: t.field({
    type: ChangeFlowRunPayload,
    description:
      'Changes a flow run, but for its state. Job variables only while it is SCHEDULED and has a deployment, else ' +
      'FAILED_PRECONDITION; they must fit what the work pool of the deployment takes. A policy is merged into the present ' +
      'one. Labels have `updateFlowRunLabels`.',
    args: { input: t.arg({ type: UpdateFlowRunInput, required: true, description: 'Which run, and what of it.' }) },
    resolve: (_, { input }, { engine, viewer }) => updateFlowRun(engine, viewer, flowRunChanges(input)),
  }),
  renameFlowRun: t.field({
    type: ChangeFlowRunPayload,
    description: 'Gives a flow run another name.',
    args: { input: t.arg({ type: RenameFlowRunInput, required: true, description: 'Which run, and its name.' }) },
    resolve: (_, { input }, { engine, viewer }) => renameFlowRun(engine, viewer, given(input)),
  }),
}));
