import { deleteFlowRun } from '../../actions/flowRuns/deleteFlowRun.ts';
import { deleteFlowRunLogs } from '../../actions/flowRuns/deleteFlowRunLogs.ts';
import { updateFlowRunLabels } from '../../actions/flowRuns/updateFlowRunLabels.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { ChangeFlowRunPayload } from './flowRunMutations.ts';

const ofFlowRun = (t: InputFields) => ({
  ...keyed(t),
  flowRunId: t.id({ required: true, description: 'The id of the flow run; an unknown one is NOT_FOUND.' }),
});

const UpdateFlowRunLabelsInput = builder.inputType('UpdateFlowRunLabelsInput', {
  description: 'Labels to put over those of a flow run.',
  fields: (t) => ({
    ...ofFlowRun(t),
    labels: t.field({
      type: 'Labels',
      required: true,
      description:
        `Keys that the run has get these values, others are added, none is taken away. ${LIMIT_TEXTS.labels} ` +
        'The run may not have more than that many together.',
    }),
  }),
});

const DeleteFlowRunInput = builder.inputType('DeleteFlowRunInput', {
  description: 'A flow run to delete.',
  fields: ofFlowRun,
});

const DeleteFlowRunPayload = builder.objectRef<{ flowRunId: string }>('DeleteFlowRunPayload').implement({
  description: 'The flow run that is gone.',
  fields: (t) => ({ flowRunId: t.exposeID('flowRunId', { description: 'Its id.' }) }),
});

const DeleteFlowRunLogsInput = builder.inputType('DeleteFlowRunLogsInput', {
  description: 'A flow run whose log lines are to be deleted.',
  fields: ofFlowRun,
});

const DeleteFlowRunLogsPayload = builder
  .objectRef<{ flowRunId: string; deleted: number }>('DeleteFlowRunLogsPayload')
  .implement({
    description: 'The log lines that are gone.',
    fields: (t) => ({
      flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run, which is still there.' }),
      deleted: t.exposeInt('deleted', { description: 'How many lines were deleted.' }),
    }),
  });

builder.mutationFields((t) => ({
  updateFlowRunLabels: t.field({
    type: ChangeFlowRunPayload,
    description: 'Merges labels into those of a flow run. Of many requests at once, each adds to what the others left.',
    args: {
      input: t.arg({ type: UpdateFlowRunLabelsInput, required: true, description: 'Which run, and what labels.' }),
    },
    resolve: (_, { input }, { engine, viewer }) => updateFlowRunLabels(engine, viewer, given(input)),
  }),
  deleteFlowRun: t.field({
    type: DeleteFlowRunPayload,
    description:
      'Deletes a flow run, in whatever state, with its states, task runs, inputs and log lines. The runs of its subflows ' +
      'stay, without a parent. Subscriptions to the run end.',
    args: { input: t.arg({ type: DeleteFlowRunInput, required: true, description: 'Which run.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteFlowRun(engine, viewer, given(input)),
  }),
  deleteFlowRunLogs: t.field({
    type: DeleteFlowRunLogsPayload,
    description:
      'Deletes the log lines that a flow run and its task runs have so far. Lines that come later go on with the next ' +
      'number; who follows the lines is told how many were skipped.',
    args: { input: t.arg({ type: DeleteFlowRunLogsInput, required: true, description: 'Of which run.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteFlowRunLogs(engine, viewer, given(input)),
  }),
}));
