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
import { idText, SHARED_TEXTS } from '../building/sharedTexts.ts';

/** The input fields that work pools and work queues have in common. */
export const queueingFields = (t: InputFields) => ({
  description: t.string({ description: SHARED_TEXTS.description }),
  isPaused: t.boolean({ description: SHARED_TEXTS.isPaused }),
  concurrencyLimit: t.int({
    description: SHARED_TEXTS.concurrencyLimit,
  }),
});

const contentFields = (t: InputFields) => ({
  ...queueingFields(t),
  baseJobTemplate: t.field({
    type: 'JSONObject',
    description:
      `${SHARED_TEXTS.baseJobTemplate} If \`variables\` is not a valid schema, or its own defaults do not match it, ` +
      `the request fails with BAD_USER_INPUT. ${LIMIT_TEXTS.json}`,
  }),
});

const ofWorkPool = (t: InputFields) => ({
  ...keyed(t),
  workPoolId: t.id({ required: true, description: idText('work pool', 'NOT_FOUND') }),
});

const CreateWorkPoolInput = builder.inputType('CreateWorkPoolInput', {
  description: 'A work pool to create. Omitted and null fields get their defaults: not paused, and no limit.',
  fields: (t) => ({
    ...keyed(t),
    name: t.string({
      required: true,
      description: `The name, unique in the tenant. ${SHARED_TEXTS.poolName}`,
    }),
    type: t.string({
      required: true,
      description: `${SHARED_TEXTS.workPoolType} ${LIMIT_TEXTS.name}`,
    }),
    ...contentFields(t),
  }),
});

const UpdateWorkPoolInput = builder.inputType('UpdateWorkPoolInput', {
  description:
    'Changes to a work pool. Omitted fields stay unchanged. Null clears `description` and `concurrencyLimit`; for ' +
    'other fields it fails with BAD_USER_INPUT.',
  fields: (t) => ({ ...ofWorkPool(t), ...contentFields(t) }),
});

const DeleteWorkPoolInput = builder.inputType('DeleteWorkPoolInput', {
  description: 'The work pool to delete.',
  fields: ofWorkPool,
});

const ChangeWorkPoolPayload = builder.objectRef<{ workPool: WorkPool }>('ChangeWorkPoolPayload').implement({
  description: 'The created or changed work pool.',
  fields: (t) => ({
    workPool: t.expose('workPool', { type: WorkPoolType, description: 'The work pool after the change.' }),
  }),
});

const DeleteWorkPoolPayload = builder.objectRef<{ workPoolId: string }>('DeleteWorkPoolPayload').implement({
  description: 'The deleted work pool.',
  fields: (t) => ({ workPoolId: t.exposeID('workPoolId', { description: 'The id of the deleted work pool.' }) }),
});

builder.mutationFields((t) => ({
  createWorkPool: t.field({
    type: ChangeWorkPoolPayload,
    description:
      'Creates a work pool with its queue `default`. Fails with CONFLICT if there is a work pool with this name.',
    args: { input: t.arg({ type: CreateWorkPoolInput, required: true, description: 'The work pool to create.' }) },
    resolve: (_, { input }, { engine, viewer }) => createWorkPool(engine, viewer, given(input)),
  }),
  updateWorkPool: t.field({
    type: ChangeWorkPoolPayload,
    description: 'Changes a work pool. Its name and type cannot be changed.',
    args: {
      input: t.arg({ type: UpdateWorkPoolInput, required: true, description: 'The work pool and the changes.' }),
    },
    resolve: (_, { input }, { engine, viewer }) => {
      notNull(input, ['isPaused', 'baseJobTemplate']);
      return updateWorkPool(engine, viewer, input);
    },
  }),
  deleteWorkPool: t.field({
    type: DeleteWorkPoolPayload,
    description:
      'Deletes a work pool with its queues and workers. Deployments and flow runs in its queues are kept, without a ' +
      'queue.',
    args: { input: t.arg({ type: DeleteWorkPoolInput, required: true, description: 'The work pool to delete.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteWorkPool(engine, viewer, given(input)),
  }),
}));
