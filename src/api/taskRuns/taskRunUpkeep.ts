import { deleteTaskRun } from '../../actions/taskRuns/deleteTaskRun.ts';
import { renameTaskRun } from '../../actions/taskRuns/renameTaskRun.ts';
import type { TaskRun } from '../../core/runs/run.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { TaskRunType } from '../building/objectTypes.ts';

const ofTaskRun = (t: InputFields) => ({
  ...keyed(t),
  taskRunId: t.id({ required: true, description: 'The id of the task run; an unknown one is NOT_FOUND.' }),
});

const RenameTaskRunInput = builder.inputType('RenameTaskRunInput', {
  description: 'A new name for a task run.',
  fields: (t) => ({
    ...ofTaskRun(t),
    name: t.string({ description: `The name; two words are chosen where it is null or empty. ${LIMIT_TEXTS.text}` }),
  }),
});

const ChangeTaskRunPayload = builder.objectRef<{ taskRun: TaskRun }>('ChangeTaskRunPayload').implement({
  description: 'The task run that was changed.',
  fields: (t) => ({ taskRun: t.expose('taskRun', { type: TaskRunType, description: 'The task run as it is now.' }) }),
});

const DeleteTaskRunInput = builder.inputType('DeleteTaskRunInput', {
  description: 'A task run to delete.',
  fields: ofTaskRun,
});

const DeleteTaskRunPayload = builder.objectRef<{ taskRunId: string }>('DeleteTaskRunPayload').implement({
  description: 'The task run that is gone.',
  fields: (t) => ({ taskRunId: t.exposeID('taskRunId', { description: 'Its id.' }) }),
});

builder.mutationFields((t) => ({
  renameTaskRun: t.field({
    type: ChangeTaskRunPayload,
    description: 'Gives a task run another name.',
    args: { input: t.arg({ type: RenameTaskRunInput, required: true, description: 'Which run, and its name.' }) },
    resolve: (_, { input }, { engine, viewer }) => renameTaskRun(engine, viewer, given(input)),
  }),
  deleteTaskRun: t.field({
    type: DeleteTaskRunPayload,
    description:
      'Deletes a task run, in whatever state, with its states and log lines. The run of its subflow stays, without a ' +
      'parent. Subscriptions to the run end.',
    args: { input: t.arg({ type: DeleteTaskRunInput, required: true, description: 'Which run.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteTaskRun(engine, viewer, given(input)),
  }),
}));
