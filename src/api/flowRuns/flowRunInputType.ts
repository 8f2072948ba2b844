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

FlowRunInputType.implement({
  description: 'A key and value sent to a flow run, once per key.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the input was sent.' }),
    key: t.exposeString('key', { description: 'Unique in the flow run.' }),
    value: t.exposeString('value', { description: 'The text that was sent; often JSON.' }),
    sender: t.exposeString('sender', { nullable: true, description: 'Who sent it, as the sender said.' }),
    flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run; null where it has been deleted since.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
  }),
});

const CreateFlowRunInputInput = builder.inputType('CreateFlowRunInputInput', {
  description: 'An input to send.',
  fields: (t) => ({
    ...keyed(t),
    flowRunId: t.id({ required: true, description: 'The id of the flow run; an unknown one is NOT_FOUND.' }),
    key: t.string({
      required: true,
      description: `Unique in the flow run; one that is there is CONFLICT. ${LIMIT_TEXTS.inputKey}`,
    }),
    value: t.string({ required: true, description: `Any text; often JSON. ${LIMIT_TEXTS.inputValue}` }),
    sender: t.string({ description: `Who sends it. ${LIMIT_TEXTS.text}` }),
  }),
});

const CreateFlowRunInputPayload = builder.objectRef<{ input: FlowRunInput }>('CreateFlowRunInputPayload').implement({
  description: 'The input that was sent.',
  fields: (t) => ({ input: t.expose('input', { type: FlowRunInputType, description: 'The input.' }) }),
});

const DeleteFlowRunInputInput = builder.inputType('DeleteFlowRunInputInput', {
  description: 'An input to take back.',
  fields: (t) => ({
    ...keyed(t),
    flowRunId: t.id({ required: true, description: 'The id of the flow run; an unknown one is NOT_FOUND.' }),
    key: t.string({ required: true, description: 'The key of the input; an unknown one is NOT_FOUND.' }),
  }),
});

const DeleteFlowRunInputPayload = builder
  .objectRef<{ flowRunId: string; key: string }>('DeleteFlowRunInputPayload')
  .implement({
    description: 'The place that is free again.',
    fields: (t) => ({
      flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
      key: t.exposeString('key', { description: 'The key that can be used again.' }),
    }),
  });

builder.mutationFields((t) => ({
  createFlowRunInput: t.field({
    type: CreateFlowRunInputPayload,
    description: 'Sends a key and value to a flow run.',
    args: { input: t.arg({ type: CreateFlowRunInputInput, required: true, description: 'The input.' }) },
    resolve: (_, { input }, { engine, viewer }) => createFlowRunInput(engine, viewer, given(input)),
  }),
  deleteFlowRunInput: t.field({
    type: DeleteFlowRunInputPayload,
    description: 'Takes an input back, as if it had never been sent.',
    args: { input: t.arg({ type: DeleteFlowRunInputInput, required: true, description: 'Which input.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteFlowRunInput(engine, viewer, given(input)),
  }),
}));
