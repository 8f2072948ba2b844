import { createConcurrencyLimit } from '../../actions/concurrency/createConcurrencyLimit.ts';
import { deleteConcurrencyLimit } from '../../actions/concurrency/deleteConcurrencyLimit.ts';
import { renewConcurrencyLease } from '../../actions/concurrency/renewConcurrencyLease.ts';
import { resetConcurrencyLimit } from '../../actions/concurrency/resetConcurrencyLimit.ts';
import { updateConcurrencyLimit } from '../../actions/concurrency/updateConcurrencyLimit.ts';
import { count } from '../../core/checks/checkText.ts';
import {
  type ConcurrencyLimit,
  type ConcurrencySlot,
  LEASE_SECONDS,
  LEASE_SECONDS_RANGE,
  MAX_CONCURRENCY,
} from '../../core/concurrency/concurrency.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { ConcurrencyLimitType, ConcurrencySlotType } from './concurrencyLimitType.ts';

const ACTIVE = 'False: it limits nothing.';
const ofTag = (t: InputFields) => ({
  ...keyed(t),
  tag: t.string({
    required: true,
    description: `The tag. 1 to ${LIMITS.tagCharacters} characters; one without a limit is NOT_FOUND.`,
  }),
});

const CreateConcurrencyLimitInput = builder.inputType('CreateConcurrencyLimitInput', {
  description: 'A limit of how many task runs with a tag may run at once.',
  fields: (t) => ({
    ...keyed(t),
    tag: t.string({ required: true, description: `The tag. 1 to ${LIMITS.tagCharacters} characters.` }),
    limit: t.int({
      required: true,
      description: `How many slots there are: 0 to ${count(MAX_CONCURRENCY)}. With 0 task runs with the tag are told not to run.`,
    }),
    active: t.boolean({ description: `${ACTIVE} True where it is left out.` }),
  }),
});

const UpdateConcurrencyLimitInput = builder.inputType('UpdateConcurrencyLimitInput', {
  description: 'Changes of a tag’s limit. What is left out or null stays.',
  fields: (t) => ({
    ...ofTag(t),
    limit: t.int({
      description: `How many slots there are: 0 to ${count(MAX_CONCURRENCY)}. Runs that have slots keep them.`,
    }),
    active: t.boolean({ description: ACTIVE }),
  }),
});

const DeleteConcurrencyLimitInput = builder.inputType('DeleteConcurrencyLimitInput', {
  description: 'A tag’s limit to take away.',
  fields: ofTag,
});

const ResetConcurrencyLimitInput = builder.inputType('ResetConcurrencyLimitInput', {
  description: 'A tag’s limit whose slots are to be freed.',
  fields: ofTag,
});

const RenewConcurrencyLeaseInput = builder.inputType('RenewConcurrencyLeaseInput', {
  description: 'A lease to renew.',
  fields: (t) => ({
    ...keyed(t),
    leaseId: t.id({
      required: true,
      description:
        'The id of the lease, as the states of its flow run name it in `deploymentConcurrencyLeaseId`. One that has expired, or ' +
        'whose slot was given back, is NOT_FOUND: another run may have the slot.',
    }),
    seconds: t.int({
      description: `For how long from now on the slot is kept: ${LEASE_SECONDS_RANGE.min} to ${count(LEASE_SECONDS_RANGE.max)}, ${LEASE_SECONDS} where it is left out.`,
    }),
  }),
});

const CreateConcurrencyLimitPayload = builder
  .objectRef<{ concurrencyLimit: ConcurrencyLimit; created: boolean }>('CreateConcurrencyLimitPayload')
  .implement({
    description: 'The limit of the tag that was sent.',
    fields: (t) => ({
      concurrencyLimit: t.expose('concurrencyLimit', {
        type: ConcurrencyLimitType,
        description: 'The limit, new or as it was.',
      }),
      created: t.exposeBoolean('created', { description: 'False where the tag had a limit; it is unchanged.' }),
    }),
  });

const UpdateConcurrencyLimitPayload = builder
  .objectRef<{ concurrencyLimit: ConcurrencyLimit }>('UpdateConcurrencyLimitPayload')
  .implement({
    description: 'The limit that was changed.',
    fields: (t) => ({
      concurrencyLimit: t.expose('concurrencyLimit', {
        type: ConcurrencyLimitType,
        description: 'The limit as it is now.',
      }),
    }),
  });

const DeleteConcurrencyLimitPayload = builder
  .objectRef<{ concurrencyLimitId: string; tag: string }>('DeleteConcurrencyLimitPayload')
  .implement({
    description: 'The limit that is gone.',
    fields: (t) => ({
      concurrencyLimitId: t.exposeID('concurrencyLimitId', { description: 'Its id.' }),
      tag: t.exposeString('tag', { description: 'The tag that has no limit any more.' }),
    }),
  });

const ResetConcurrencyLimitPayload = builder
  .objectRef<{ concurrencyLimit: ConcurrencyLimit; releasedSlots: number }>('ResetConcurrencyLimitPayload')
  .implement({
    description: 'The limit whose slots are free.',
    fields: (t) => ({
      concurrencyLimit: t.expose('concurrencyLimit', { type: ConcurrencyLimitType, description: 'The limit.' }),
      releasedSlots: t.exposeInt('releasedSlots', { description: 'How many slots were taken.' }),
    }),
  });

const RenewConcurrencyLeasePayload = builder
  .objectRef<{ holder: ConcurrencySlot }>('RenewConcurrencyLeasePayload')
  .implement({
    description: 'The lease that was renewed.',
    fields: (t) => ({
      holder: t.expose('holder', {
        type: ConcurrencySlotType,
        description: 'The slot, with the new end of its lease.',
      }),
    }),
  });

builder.mutationFields((t) => ({
  createConcurrencyLimit: t.field({
    type: CreateConcurrencyLimitPayload,
    description: 'Limits how many task runs with a tag may run at once, or finds the limit that the tag has.',
    args: { input: t.arg({ type: CreateConcurrencyLimitInput, required: true, description: 'The limit.' }) },
    resolve: (_, { input }, { engine, viewer }) => createConcurrencyLimit(engine, viewer, given(input)),
  }),
  updateConcurrencyLimit: t.field({
    type: UpdateConcurrencyLimitPayload,
    description: 'Changes the limit of a tag.',
    args: { input: t.arg({ type: UpdateConcurrencyLimitInput, required: true, description: 'Which, and what.' }) },
    resolve: (_, { input }, { engine, viewer }) => updateConcurrencyLimit(engine, viewer, given(input)),
  }),
  deleteConcurrencyLimit: t.field({
    type: DeleteConcurrencyLimitPayload,
    description: 'Takes the limit of a tag away. Task runs that hold its slots go on.',
    args: { input: t.arg({ type: DeleteConcurrencyLimitInput, required: true, description: 'Which.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteConcurrencyLimit(engine, viewer, given(input)),
  }),
  resetConcurrencyLimit: t.field({
    type: ResetConcurrencyLimitPayload,
    description:
      'Frees all slots of a tag’s limit: for task runs that died without a word. Those that live go on without a slot.',
    args: { input: t.arg({ type: ResetConcurrencyLimitInput, required: true, description: 'Which.' }) },
    resolve: (_, { input }, { engine, viewer }) => resetConcurrencyLimit(engine, viewer, given(input)),
  }),
  renewConcurrencyLease: t.field({
    type: RenewConcurrencyLeasePayload,
    description:
      'Keeps the slot that a flow run has taken of its deployment’s limit. Whoever runs the flow run does so again and again, ' +
      'well before the lease expires: then the slot is free for others.',
    args: { input: t.arg({ type: RenewConcurrencyLeaseInput, required: true, description: 'Which lease.' }) },
    resolve: (_, { input }, { engine, viewer }) => renewConcurrencyLease(engine, viewer, given(input)),
  }),
}));
