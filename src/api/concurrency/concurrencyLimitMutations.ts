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

const ACTIVE = 'Whether the limit is enforced.';
const ofTag = (t: InputFields) => ({
  ...keyed(t),
  tag: t.string({
    required: true,
    description: `The tag. 1 to ${LIMITS.tagCharacters} characters. A tag without a limit fails with NOT_FOUND.`,
  }),
});

const CreateConcurrencyLimitInput = builder.inputType('CreateConcurrencyLimitInput', {
  description: 'A limit on how many task runs with a tag can run at the same time.',
  fields: (t) => ({
    ...keyed(t),
    tag: t.string({ required: true, description: `The tag. 1 to ${LIMITS.tagCharacters} characters.` }),
    limit: t.int({
      required: true,
      description:
        `The number of slots: 0 to ${count(MAX_CONCURRENCY)}. With 0, a task run with the tag cannot enter RUNNING: ` +
        'the verdict is ABORT.',
    }),
    active: t.boolean({ description: `${ACTIVE} Defaults to true.` }),
  }),
});

const UpdateConcurrencyLimitInput = builder.inputType('UpdateConcurrencyLimitInput', {
  description: 'Changes to the concurrency limit of a tag. Omitted and null fields stay unchanged.',
  fields: (t) => ({
    ...ofTag(t),
    limit: t.int({
      description: `The number of slots: 0 to ${count(MAX_CONCURRENCY)}. Runs that hold slots keep them.`,
    }),
    active: t.boolean({ description: ACTIVE }),
  }),
});

const DeleteConcurrencyLimitInput = builder.inputType('DeleteConcurrencyLimitInput', {
  description: 'The concurrency limit to delete.',
  fields: ofTag,
});

const ResetConcurrencyLimitInput = builder.inputType('ResetConcurrencyLimitInput', {
  description: 'The concurrency limit to reset.',
  fields: ofTag,
});

const RenewConcurrencyLeaseInput = builder.inputType('RenewConcurrencyLeaseInput', {
  description: 'The lease to renew.',
  fields: (t) => ({
    ...keyed(t),
    leaseId: t.id({
      required: true,
      description:
        'The id of the lease. States of the flow run have it as `deploymentConcurrencyLeaseId`. A lease that has ' +
        'expired or was released fails with NOT_FOUND, because another run may hold the slot.',
    }),
    seconds: t.int({
      description:
        `How long to keep the slot from now on, in seconds: ${LEASE_SECONDS_RANGE.min} to ` +
        `${count(LEASE_SECONDS_RANGE.max)}. Defaults to ${LEASE_SECONDS}.`,
    }),
  }),
});

const CreateConcurrencyLimitPayload = builder
  .objectRef<{ concurrencyLimit: ConcurrencyLimit; created: boolean }>('CreateConcurrencyLimitPayload')
  .implement({
    description: 'The concurrency limit of the tag.',
    fields: (t) => ({
      concurrencyLimit: t.expose('concurrencyLimit', {
        type: ConcurrencyLimitType,
        description: 'The new or existing limit.',
      }),
      created: t.exposeBoolean('created', {
        description: 'False if the tag already had a limit, which is then returned unchanged.',
      }),
    }),
  });

const UpdateConcurrencyLimitPayload = builder
  .objectRef<{ concurrencyLimit: ConcurrencyLimit }>('UpdateConcurrencyLimitPayload')
  .implement({
    description: 'The changed concurrency limit.',
    fields: (t) => ({
      concurrencyLimit: t.expose('concurrencyLimit', {
        type: ConcurrencyLimitType,
        description: 'The limit after the change.',
      }),
    }),
  });

const DeleteConcurrencyLimitPayload = builder
  .objectRef<{ concurrencyLimitId: string; tag: string }>('DeleteConcurrencyLimitPayload')
  .implement({
    description: 'The deleted concurrency limit.',
    fields: (t) => ({
      concurrencyLimitId: t.exposeID('concurrencyLimitId', { description: 'The id of the deleted limit.' }),
      tag: t.exposeString('tag', { description: 'The tag, which no longer has a limit.' }),
    }),
  });

const ResetConcurrencyLimitPayload = builder
  .objectRef<{ concurrencyLimit: ConcurrencyLimit; releasedSlots: number }>('ResetConcurrencyLimitPayload')
  .implement({
    description: 'The concurrency limit whose slots were released.',
    fields: (t) => ({
      concurrencyLimit: t.expose('concurrencyLimit', {
        type: ConcurrencyLimitType,
        description: 'The limit after the reset.',
      }),
      releasedSlots: t.exposeInt('releasedSlots', { description: 'How many slots were released.' }),
    }),
  });

const RenewConcurrencyLeasePayload = builder
  .objectRef<{ holder: ConcurrencySlot }>('RenewConcurrencyLeasePayload')
  .implement({
    description: 'The renewed lease.',
    fields: (t) => ({
      holder: t.expose('holder', {
        type: ConcurrencySlotType,
        description: 'The slot with its new expiry time.',
      }),
    }),
  });

builder.mutationFields((t) => ({
  createConcurrencyLimit: t.field({
    type: CreateConcurrencyLimitPayload,
    description:
      'Creates a limit on how many task runs with a tag can run at the same time. If the tag already has a limit, ' +
      'returns it unchanged.',
    args: { input: t.arg({ type: CreateConcurrencyLimitInput, required: true, description: 'The limit to create.' }) },
    resolve: (_, { input }, { engine, viewer }) => createConcurrencyLimit(engine, viewer, given(input)),
  }),
  updateConcurrencyLimit: t.field({
    type: UpdateConcurrencyLimitPayload,
    description: 'Changes the concurrency limit of a tag.',
    args: {
      input: t.arg({ type: UpdateConcurrencyLimitInput, required: true, description: 'The tag and the changes.' }),
    },
    resolve: (_, { input }, { engine, viewer }) => updateConcurrencyLimit(engine, viewer, given(input)),
  }),
  deleteConcurrencyLimit: t.field({
    type: DeleteConcurrencyLimitPayload,
    description: 'Deletes the concurrency limit of a tag. Task runs that hold its slots continue to run.',
    args: { input: t.arg({ type: DeleteConcurrencyLimitInput, required: true, description: 'The tag.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteConcurrencyLimit(engine, viewer, given(input)),
  }),
  resetConcurrencyLimit: t.field({
    type: ResetConcurrencyLimitPayload,
    description:
      'Releases all slots of the concurrency limit of a tag, for example after task runs died without reporting a ' +
      'final state. Task runs that are still running continue without a slot.',
    args: { input: t.arg({ type: ResetConcurrencyLimitInput, required: true, description: 'The tag.' }) },
    resolve: (_, { input }, { engine, viewer }) => resetConcurrencyLimit(engine, viewer, given(input)),
  }),
  renewConcurrencyLease: t.field({
    type: RenewConcurrencyLeasePayload,
    description:
      'Renews the lease on a slot of a deployment’s concurrency limit. Call it periodically while the flow run is ' +
      'active: when the lease expires, the slot becomes free.',
    args: { input: t.arg({ type: RenewConcurrencyLeaseInput, required: true, description: 'The lease to renew.' }) },
    resolve: (_, { input }, { engine, viewer }) => renewConcurrencyLease(engine, viewer, given(input)),
  }),
}));
