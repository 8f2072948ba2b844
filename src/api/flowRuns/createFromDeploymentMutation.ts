import { createFlowRunFromDeployment } from '../../actions/deployments/createFlowRunFromDeployment.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { idText } from '../building/sharedTexts.ts';
import { StateInput, stateRequest } from '../runs/stateInput.ts';
import { CreateFlowRunPayload, FLOW_RUN_TEXTS } from './flowRunMutations.ts';

const CreateFlowRunFromDeploymentInput = builder.inputType('CreateFlowRunFromDeploymentInput', {
  description: 'A flow run to create from a deployment. Omitted and null fields are taken from the deployment.',
  fields: (t) => ({
    idempotencyKey: t.string({
      description: FLOW_RUN_TEXTS.idempotencyKey,
    }),
    deploymentId: t.id({ required: true, description: idText('deployment', 'NOT_FOUND') }),
    name: t.string({ description: FLOW_RUN_TEXTS.name }),
    state: t.field({
      type: StateInput,
      description: 'The first state, which can be any state. Defaults to SCHEDULED, due immediately.',
    }),
    parameters: t.field({
      type: 'JSONObject',
      description:
        'Arguments of the flow, which override those of the deployment. `{ "__prefect_kind": "json", "value": "[1]" ' +
        `}\` is replaced with the value of the JSON text. ${LIMIT_TEXTS.parameters}`,
    }),
    enforceParameterSchema: t.boolean({
      description: 'Whether arguments that do not match the schema of the deployment fail with BAD_USER_INPUT.',
    }),
    tags: t.stringList({ description: `Tags in addition to those of the deployment. ${LIMIT_TEXTS.tags}` }),
    labels: t.field({
      type: 'Labels',
      description: `Arbitrary keys and values, which override those of the deployment. ${LIMIT_TEXTS.labels}`,
    }),
    context: t.field({ type: 'JSONObject', description: FLOW_RUN_TEXTS.context }),
    jobVariables: t.field({
      type: 'JSONObject',
      description:
        'Settings for the infrastructure of the flow run, which override those of the deployment. Variables that do ' +
        'not match the schema of the work pool, or that it requires and that are missing, fail with BAD_USER_INPUT. ' +
        `${LIMIT_TEXTS.json}`,
    }),
    workQueueName: t.string({
      description:
        'The name of another queue in the work pool of the deployment. An unknown name fails with ' +
        'REFERENCE_NOT_FOUND; if the deployment has no work pool, the request fails with FAILED_PRECONDITION. ' +
        `${LIMIT_TEXTS.name}`,
    }),
    parentTaskRunId: t.id({
      description: FLOW_RUN_TEXTS.parentTaskRunId,
    }),
  }),
});

builder.mutationField('createFlowRunFromDeployment', (t) =>
  t.field({
    type: CreateFlowRunPayload,
    description: 'Creates a flow run with the settings of a deployment. The deployment can be paused.',
    args: {
      input: t.arg({ type: CreateFlowRunFromDeploymentInput, required: true, description: 'The flow run to create.' }),
    },
    resolve: async (_, { input: { state, ...input } }, context) => {
      const created = await createFlowRunFromDeployment(context.engine, context.viewer, {
        ...given(input),
        ...(state && { state: stateRequest(state) }),
      });
      context.written = { flowRun: created.flowRun, flowRunState: created.state };
      return created;
    },
  }),
);
