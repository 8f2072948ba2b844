import { createFlowRunInput } from '../../actions/flowRuns/createFlowRunInput.ts';
import { deleteFlowRunInput } from '../../actions/flowRuns/deleteFlowRunInput.ts';
import type { FlowRunInput } from '../../core/runs/run.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { FlowRunInputType, FlowRunType } from '../building/objectTypes.ts';
import { loadFlowRun } from '../building/selected.ts';
import { idText, relatedText } from '../building/sharedTexts.ts';

FlowRunInputType.implement({
  description: 'A key and a value that were sent to a flow run. A flow run has at most one input per key.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the input was sent.' }),
    key: t.exposeString('key', { description: 'The key, unique in the flow run.' }),
    value: t.exposeString('value', { description: 'The value as it was sent; often JSON.' }),
    sender: t.exposeString('sender', {
      nullable: true,
      description: 'The sender, as named by the client; null if it was not named.',
    }),
    flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: relatedText('flow run'),
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
  }),
});

const CreateFlowRunInputInput = builder.inputType('CreateFlowRunInputInput', {
  description: 'An input to send to a flow run.',
  fields: (t) => ({
    ...keyed(t),
    flowRunId: t.id({ required: true, description: idText('flow run', 'NOT_FOUND') }),
    key: t.string({
      required: true,
      description:
        'The key, unique in the flow run. A key that the flow run already has fails with CONFLICT. ' +
        `${LIMIT_TEXTS.inputKey}`,
    }),
    value: t.string({ required: true, description: `Any text; often JSON. ${LIMIT_TEXTS.inputValue}` }),
    sender: t.string({ description: `The name of the sender. ${LIMIT_TEXTS.text}` }),
  }),
});

const CreateFlowRunInputPayload = builder.objectRef<{ input: FlowRunInput }>('CreateFlowRunInputPayload').implement({
  description: 'The input that was sent.',
  fields: (t) => ({ input: t.expose('input', { type: FlowRunInputType, description: 'The input.' }) }),
});

const DeleteFlowRunInputInput = builder.inputType('DeleteFlowRunInputInput', {
  description: 'The input to delete.',
  fields: (t) => ({
    ...keyed(t),
    flowRunId: t.id({ required: true, description: idText('flow run', 'NOT_FOUND') }),
    key: t.string({ required: true, description: 'The key of the input. An unknown key fails with NOT_FOUND.' }),
  }),
});

const DeleteFlowRunInputPayload = builder
  .objectRef<{ flowRunId: string; key: string }>('DeleteFlowRunInputPayload')
  .implement({
    description: 'The deleted input.',
    fields: (t) => ({
      flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
      key: t.exposeString('key', { description: 'The key of the deleted input, which can be used again.' }),
    }),
  });

builder.mutationFields((t) => ({
  createFlowRunInput: t.field({
    type: CreateFlowRunInputPayload,
    description: 'Sends a key and a value to a flow run.',
    args: { input: t.arg({ type: CreateFlowRunInputInput, required: true, description: 'The input to send.' }) },
    resolve: (_, { input }, { engine, viewer }) => createFlowRunInput(engine, viewer, given(input)),
  }),
  deleteFlowRunInput: t.field({
    type: DeleteFlowRunInputPayload,
    description: 'Deletes an input of a flow run.',
    args: { input: t.arg({ type: DeleteFlowRunInputInput, required: true, description: 'The input to delete.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteFlowRunInput(engine, viewer, given(input)),
  }),
}));
