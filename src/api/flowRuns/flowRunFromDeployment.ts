import { createFlowRunFromDeployment } from '../../actions/deployments/createFlowRunFromDeployment.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { StateInput, stateRequest } from '../runs/stateInput.ts';
import { CreateFlowRunPayload } from './flowRunMutations.ts';

const CreateFlowRunFromDeploymentInput = builder.inputType('CreateFlowRunFromDeploymentInput', {
  description: 'A run to make from a deployment. What is left out or null is as the deployment says.',
  fields: (t) => ({
    idempotencyKey: t.string({
      description:
        'A key of the run, unique in its flow for as long as the run is there: a second request with the key gets that ' +
        `run, unchanged, whatever else it asks for. Empty is no key. At most ${LIMITS.idempotencyKeyCharacters} characters.`,
    }),
    deploymentId: t.id({ required: true, description: 'The id of the deployment; an unknown one is NOT_FOUND.' }),
    name: t.string({ description: `For people; two words are chosen where it is null or empty. ${LIMIT_TEXTS.text}` }),
    state: t.field({ type: StateInput, description: 'The first state; SCHEDULED for now where it is left out.' }),
    parameters: t.field({
      type: 'JSONObject',
      description:
        'Arguments of the flow, over those of the deployment. `{ "__prefect_kind": "json", "value": "[1]" }` stands for the ' +
        `value of the text. ${LIMIT_TEXTS.parameters}`,
    }),
    enforceParameterSchema: t.boolean({
      description: 'Whether arguments that do not fit the deployment’s schema are BAD_USER_INPUT.',
    }),
    tags: t.stringList({ description: `Tags beside those of the deployment. ${LIMIT_TEXTS.tags}` }),
    labels: t.field({
      type: 'Labels',
      description: `Free keys and values, over those of the deployment. ${LIMIT_TEXTS.labels}`,
    }),
    context: t.field({ type: 'JSONObject', description: `Free facts about the run. ${LIMIT_TEXTS.json}` }),
    jobVariables: t.field({
      type: 'JSONObject',
      description:
        'What the run asks of its infrastructure, over what its deployment does. What does not fit the schema of the work ' +
        `pool, or is missing by it, is BAD_USER_INPUT. ${LIMIT_TEXTS.json}`,
    }),
    workQueueName: t.string({
      description:
        'Another queue of the deployment’s work pool; an unknown one is REFERENCE_NOT_FOUND, and FAILED_PRECONDITION where ' +
        `the deployment has no work pool. ${LIMIT_TEXTS.name}`,
    }),
    parentTaskRunId: t.id({
      description:
        'Of a subflow: the id of the task run that stands for it, and follows its states; an unknown one is ' +
        'REFERENCE_NOT_FOUND.',
    }),
  }),
});

builder.mutationField('createFlowRunFromDeployment', (t) =>
  t.field({
    type: CreateFlowRunPayload,
    description: 'Creates a flow run as its deployment says. A paused deployment’s runs can be made, too.',
    args: {
      input: t.arg({ type: CreateFlowRunFromDeploymentInput, required: true, description: 'The flow run.' }),
    },
    resolve: (_, { input: { state, ...input } }, { engine, viewer }) =>
      createFlowRunFromDeployment(engine, viewer, {
        ...given(input),
        ...(state && { state: stateRequest(state) }),
      }),
  }),
);
