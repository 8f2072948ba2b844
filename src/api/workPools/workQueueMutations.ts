import { createWorkQueue, MAX_PRIORITY } from '../../actions/workPools/createWorkQueue.ts';
import { deleteWorkQueue } from '../../actions/workPools/deleteWorkQueue.ts';
import { updateWorkQueue } from '../../actions/workPools/updateWorkQueue.ts';
import { count } from '../../core/checks/checkText.ts';
import type { WorkQueue } from '../../core/workPools/workPool.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { notNull } from '../building/notNull.ts';
import { WorkQueueType } from '../building/objectTypes.ts';
import { idText, SHARED_TEXTS } from '../building/sharedTexts.ts';
import { queueingFields } from './workPoolMutations.ts';

const PRIORITY =
  `The position among the queues of the pool: 1 to ${count(MAX_PRIORITY)}. Priority 1 is served first. ` +
  'If another queue has this priority, that queue moves to the next one, and so on.';
const NAME = `The name, unique in the work pool. ${SHARED_TEXTS.poolName}`;

const ofWorkQueue = (t: InputFields) => ({
  ...keyed(t),
  workQueueId: t.id({ required: true, description: idText('work queue', 'NOT_FOUND') }),
});

const CreateWorkQueueInput = builder.inputType('CreateWorkQueueInput', {
  description: 'A work queue to create. Omitted and null fields get their defaults: not paused, and no limit.',
  fields: (t) => ({
    ...keyed(t),
    workPoolName: t.string({
      required: true,
      description: `The name of the work pool. An unknown name fails with REFERENCE_NOT_FOUND. ${LIMIT_TEXTS.name}`,
    }),
    name: t.string({ required: true, description: NAME }),
    ...queueingFields(t),
    priority: t.int({ description: `${PRIORITY} Defaults to the lowest free number.` }),
  }),
});

const UpdateWorkQueueInput = builder.inputType('UpdateWorkQueueInput', {
  description:
    'Changes to a work queue. Omitted fields stay unchanged. Null clears `description` and `concurrencyLimit`; for ' +
    'other fields it fails with BAD_USER_INPUT.',
  fields: (t) => ({
    ...ofWorkQueue(t),
    name: t.string({ description: `${NAME} The name of the queue \`default\` of a pool cannot be changed.` }),
    ...queueingFields(t),
    priority: t.int({ description: PRIORITY }),
  }),
});

const DeleteWorkQueueInput = builder.inputType('DeleteWorkQueueInput', {
  description: 'The work queue to delete.',
  fields: ofWorkQueue,
});

const ChangeWorkQueuePayload = builder.objectRef<{ workQueue: WorkQueue }>('ChangeWorkQueuePayload').implement({
  description: 'The created or changed work queue.',
  fields: (t) => ({
    workQueue: t.expose('workQueue', { type: WorkQueueType, description: 'The work queue after the change.' }),
  }),
});

const DeleteWorkQueuePayload = builder.objectRef<{ workQueueId: string }>('DeleteWorkQueuePayload').implement({
  description: 'The deleted work queue.',
  fields: (t) => ({ workQueueId: t.exposeID('workQueueId', { description: 'The id of the deleted work queue.' }) }),
});

builder.mutationFields((t) => ({
  createWorkQueue: t.field({
    type: ChangeWorkQueuePayload,
    description: 'Creates a queue in a work pool. Fails with CONFLICT if the pool has a queue with this name.',
    args: { input: t.arg({ type: CreateWorkQueueInput, required: true, description: 'The work queue to create.' }) },
    resolve: (_, { input }, { engine, viewer }) => createWorkQueue(engine, viewer, given(input)),
  }),
  updateWorkQueue: t.field({
    type: ChangeWorkQueuePayload,
    description:
      'Changes a work queue. Fails with CONFLICT if the new name is taken, and with FAILED_PRECONDITION if it would ' +
      'rename the queue `default`.',
    args: {
      input: t.arg({ type: UpdateWorkQueueInput, required: true, description: 'The work queue and the changes.' }),
    },
    resolve: (_, { input }, { engine, viewer }) => {
      notNull(input, ['name', 'isPaused', 'priority']);
      return updateWorkQueue(engine, viewer, input);
    },
  }),
  deleteWorkQueue: t.field({
    type: DeleteWorkQueuePayload,
    description:
      'Deletes a work queue. Deployments and flow runs in it are kept, without a queue. The queue `default` of a ' +
      'pool cannot be deleted: FAILED_PRECONDITION.',
    args: { input: t.arg({ type: DeleteWorkQueueInput, required: true, description: 'The work queue to delete.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteWorkQueue(engine, viewer, given(input)),
  }),
}));
