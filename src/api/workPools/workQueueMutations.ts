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
import { queueingFields } from './workPoolMutations.ts';

const PRIORITY = `Its place among the queues of the pool, 1 to ${count(MAX_PRIORITY)}; 1 is served first. A queue that stands there makes way.`;
const NAME = `Unique in its work pool, without any of / % & > <. ${LIMIT_TEXTS.name}`;

const ofWorkQueue = (t: InputFields) => ({
  ...keyed(t),
  workQueueId: t.id({ required: true, description: 'The id of the work queue; an unknown one is NOT_FOUND.' }),
});

const CreateWorkQueueInput = builder.inputType('CreateWorkQueueInput', {
  description: 'A work queue to create. What is left out or null has its default: not paused, no limit.',
  fields: (t) => ({
    ...keyed(t),
    workPoolName: t.string({
      required: true,
      description: `The name of its work pool; an unknown one is REFERENCE_NOT_FOUND. ${LIMIT_TEXTS.name}`,
    }),
    name: t.string({ required: true, description: NAME }),
    ...queueingFields(t),
    priority: t.int({ description: `${PRIORITY} Where it is left out, the first place that is free.` }),
  }),
});

const UpdateWorkQueueInput = builder.inputType('UpdateWorkQueueInput', {
  description:
    'What to change of a work queue. What is left out stays as it is. Null clears the description and the limit; elsewhere ' +
    'it is BAD_USER_INPUT.',
  fields: (t) => ({
    ...ofWorkQueue(t),
    name: t.string({ description: `${NAME} A pool’s queue \`default\` keeps its name.` }),
    ...queueingFields(t),
    priority: t.int({ description: PRIORITY }),
  }),
});

const DeleteWorkQueueInput = builder.inputType('DeleteWorkQueueInput', {
  description: 'A work queue to delete.',
  fields: ofWorkQueue,
});

const ChangeWorkQueuePayload = builder.objectRef<{ workQueue: WorkQueue }>('ChangeWorkQueuePayload').implement({
  description: 'The work queue that was made or changed.',
  fields: (t) => ({
    workQueue: t.expose('workQueue', { type: WorkQueueType, description: 'The work queue as it is now.' }),
  }),
});

const DeleteWorkQueuePayload = builder.objectRef<{ workQueueId: string }>('DeleteWorkQueuePayload').implement({
  description: 'The work queue that is gone.',
  fields: (t) => ({ workQueueId: t.exposeID('workQueueId', { description: 'Its id.' }) }),
});

builder.mutationFields((t) => ({
  createWorkQueue: t.field({
    type: ChangeWorkQueuePayload,
    description: 'Creates a queue in a work pool. CONFLICT where the pool has one of this name.',
    args: { input: t.arg({ type: CreateWorkQueueInput, required: true, description: 'The work queue.' }) },
    resolve: (_, { input }, { engine, viewer }) => createWorkQueue(engine, viewer, given(input)),
  }),
  updateWorkQueue: t.field({
    type: ChangeWorkQueuePayload,
    description:
      'Changes a work queue. CONFLICT where its new name is taken, FAILED_PRECONDITION for a new name of a queue `default`.',
    args: { input: t.arg({ type: UpdateWorkQueueInput, required: true, description: 'Which, and what of it.' }) },
    resolve: (_, { input }, { engine, viewer }) => {
      notNull(input, ['name', 'isPaused', 'priority']);
      return updateWorkQueue(engine, viewer, input);
    },
  }),
  deleteWorkQueue: t.field({
    type: DeleteWorkQueuePayload,
    description:
      'Deletes a work queue; a pool’s `default` is FAILED_PRECONDITION. Deployments and runs that were in it are in none then.',
    args: { input: t.arg({ type: DeleteWorkQueueInput, required: true, description: 'Which work queue.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteWorkQueue(engine, viewer, given(input)),
  }),
}));
