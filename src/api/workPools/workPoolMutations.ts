import { createWorkPool } from '../../actions/workPools/createWorkPool.ts';
import { deleteWorkPool } from '../../actions/workPools/deleteWorkPool.ts';
import { updateWorkPool } from '../../actions/workPools/updateWorkPool.ts';
import type { WorkPool } from '../../core/workPools/workPool.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { notNull } from '../building/notNull.ts';
import { WorkPoolType } from '../building/objectTypes.ts';

/** What work pools and work queues have in common. */
export const queueingFields = (t: InputFields) => ({
  description: t.string({ description: `What it is for. ${LIMIT_TEXTS.message}` }),
  isPaused: t.boolean({ description: 'Whether workers get no runs from it.' }),
  concurrencyLimit: t.int({
    description: 'How many of its runs may be at work at once, 0 or more; null is any number.',
  }),
});

const contentFields = (t: InputFields) => ({
  ...queueingFields(t),
  baseJobTemplate: t.field({
    type: 'JSONObject',
    description:
      'What the jobs of runs look like; its `variables` is the JSON Schema (2020-12) of job variables. A schema that is ' +
      `none, or whose own defaults do not fit, is BAD_USER_INPUT. ${LIMIT_TEXTS.json}`,
  }),
});

const ofWorkPool = (t: InputFields) => ({
  ...keyed(t),
  workPoolId: t.id({ required: true, description: 'The id of the work pool; an unknown one is NOT_FOUND.' }),
});

const CreateWorkPoolInput = builder.inputType('CreateWorkPoolInput', {
  description: 'A work pool to create. What is left out or null has its default: not paused, no limit.',
  fields: (t) => ({
    ...keyed(t),
    name: t.string({
      required: true,
      description: `Unique in the tenant, without any of / % & > <. ${LIMIT_TEXTS.name}`,
    }),
    type: t.string({
      required: true,
      description: `The kind of infrastructure that its workers start: \`process\`, \`docker\` and so on. ${LIMIT_TEXTS.name}`,
    }),
    ...contentFields(t),
  }),
});

const UpdateWorkPoolInput = builder.inputType('UpdateWorkPoolInput', {
  description:
    'What to change of a work pool. What is left out stays as it is. Null clears the description and the limit; elsewhere it ' +
    'is BAD_USER_INPUT.',
  fields: (t) => ({ ...ofWorkPool(t), ...contentFields(t) }),
});

const DeleteWorkPoolInput = builder.inputType('DeleteWorkPoolInput', {
  description: 'A work pool to delete.',
  fields: ofWorkPool,
});

const ChangeWorkPoolPayload = builder.objectRef<{ workPool: WorkPool }>('ChangeWorkPoolPayload').implement({
  description: 'The work pool that was made or changed.',
  fields: (t) => ({
    workPool: t.expose('workPool', { type: WorkPoolType, description: 'The work pool as it is now.' }),
  }),
});

const DeleteWorkPoolPayload = builder.objectRef<{ workPoolId: string }>('DeleteWorkPoolPayload').implement({
  description: 'The work pool that is gone.',
  fields: (t) => ({ workPoolId: t.exposeID('workPoolId', { description: 'Its id.' }) }),
});

builder.mutationFields((t) => ({
  createWorkPool: t.field({
    type: ChangeWorkPoolPayload,
    description: 'Creates a work pool with its queue `default`. CONFLICT where there is one of this name.',
    args: { input: t.arg({ type: CreateWorkPoolInput, required: true, description: 'The work pool.' }) },
    resolve: (_, { input }, { engine, viewer }) => createWorkPool(engine, viewer, given(input)),
  }),
  updateWorkPool: t.field({
    type: ChangeWorkPoolPayload,
    description: 'Changes a work pool; name and type stay.',
    args: { input: t.arg({ type: UpdateWorkPoolInput, required: true, description: 'Which, and what of it.' }) },
    resolve: (_, { input }, { engine, viewer }) => {
      notNull(input, ['isPaused', 'baseJobTemplate']);
      return updateWorkPool(engine, viewer, input);
    },
  }),
  deleteWorkPool: t.field({
    type: DeleteWorkPoolPayload,
    description:
      'Deletes a work pool with its queues and workers. Deployments and runs that were in them are in none then.',
    args: { input: t.arg({ type: DeleteWorkPoolInput, required: true, description: 'Which work pool.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteWorkPool(engine, viewer, given(input)),
  }),
}));
