import { deleteFlowRun } from '../../actions/flowRuns/deleteFlowRun.ts';
import { deleteFlowRunLogs } from '../../actions/flowRuns/deleteFlowRunLogs.ts';
import { updateFlowRunLabels } from '../../actions/flowRuns/updateFlowRunLabels.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { idText } from '../building/sharedTexts.ts';
import { ChangeFlowRunPayload } from './flowRunMutations.ts';

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
