import { deleteTaskRun } from '../../actions/taskRuns/deleteTaskRun.ts';
import { renameTaskRun } from '../../actions/taskRuns/renameTaskRun.ts';
import type { TaskRun } from '../../core/runs/run.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { TaskRunType } from '../building/objectTypes.ts';
import { idText, SHARED_TEXTS } from '../building/sharedTexts.ts';

const ofTaskRun = (t: InputFields) => ({
  ...keyed(t),
  taskRunId: t.id({ required: true, description: idText('task run', 'NOT_FOUND') }),
});

const RenameTaskRunInput = builder.inputType('RenameTaskRunInput', {
  description: 'A new name for a task run.',
  fields: (t) => ({
    ...ofTaskRun(t),
    name: t.string({ description: SHARED_TEXTS.newName }),
  }),
});

const ChangeTaskRunPayload = builder.objectRef<{ taskRun: TaskRun }>('ChangeTaskRunPayload').implement({
  description: 'The changed task run.',
  fields: (t) => ({
    taskRun: t.expose('taskRun', { type: TaskRunType, description: 'The task run after the change.' }),
  }),
});

const DeleteTaskRunInput = builder.inputType('DeleteTaskRunInput', {
  description: 'The task run to delete.',
  fields: ofTaskRun,
});

const DeleteTaskRunPayload = builder.objectRef<{ taskRunId: string }>('DeleteTaskRunPayload').implement({
  description: 'The deleted task run.',
  fields: (t) => ({ taskRunId: t.exposeID('taskRunId', { description: 'The id of the deleted task run.' }) }),
});

builder.mutationFields((t) => ({
  renameTaskRun: t.field({
    type: ChangeTaskRunPayload,
    description: 'Changes the name of a task run.',
    args: { input: t.arg({ type: RenameTaskRunInput, required: true, description: 'The task run and its new name.' }) },
    resolve: (_, { input }, { engine, viewer }) => renameTaskRun(engine, viewer, given(input)),
  }),
  deleteTaskRun: t.field({
    type: DeleteTaskRunPayload,
    description:
      'Deletes a task run, in any state, with its states and log lines. The flow run of its subflow is kept, ' +
      'without a parent. Subscriptions to the run end.',
    args: { input: t.arg({ type: DeleteTaskRunInput, required: true, description: 'The task run to delete.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteTaskRun(engine, viewer, given(input)),
  }),
}));
