import { setDeploymentConcurrencyLimit } from '../../actions/concurrency/setDeploymentConcurrencyLimit.ts';
import { count } from '../../core/checks/checkText.ts';
import { LEASE_SECONDS, LEASE_SECONDS_RANGE, MAX_CONCURRENCY } from '../../core/concurrency/concurrency.ts';
import type { Deployment } from '../../core/runs/run.ts';
import { builder } from '../building/builder.ts';
import { keyed } from '../building/keyed.ts';
import { DeploymentType } from '../building/objectTypes.ts';
import { ConcurrencyLimitType } from './concurrencyLimitType.ts';

export const CollisionStrategyEnum = builder.enumType('CollisionStrategy', {
  description: 'What becomes of a flow run that finds no free slot of its deployment.',
  values: {
    ENQUEUE: { value: 'ENQUEUE', description: 'It is scheduled again, 30 seconds later, as AwaitingConcurrencySlot.' },
    CANCEL_NEW: { value: 'CANCEL_NEW', description: 'It is cancelled.' },
  } as const,
});

const GRACE_PERIOD =
  'For how long, in seconds, a slot is kept for a run that does not renew its lease: counted from when the run becomes ' +
  'PENDING, and again from when it becomes RUNNING.';

builder.objectFields(DeploymentType, (t) => ({
  concurrencyLimit: t.field({
    type: ConcurrencyLimitType,
    nullable: true,
    description: 'The limit of how many of its runs may be at work at once; null where there is none.',
    resolve: async ({ id }, _, { loaders }) => (await loaders.deploymentConcurrency.load(id))?.limit,
  }),
  activeSlots: t.int({
    description: 'How many slots of its limit are taken; 0 where it has none.',
    resolve: async ({ id }, _, { loaders }) => {
      const limit = (await loaders.deploymentConcurrency.load(id))?.limit;
      return limit ? loaders.activeSlots.load(limit.id) : 0;
    },
  }),
  collisionStrategy: t.field({
    type: CollisionStrategyEnum,
    description: 'What becomes of a run that finds no free slot.',
    resolve: async ({ id }, _, { loaders }) =>
      (await loaders.deploymentConcurrency.load(id))?.collisionStrategy ?? 'ENQUEUE',
  }),
  gracePeriodSeconds: t.int({
    description: GRACE_PERIOD,
    resolve: async ({ id }, _, { loaders }) =>
      (await loaders.deploymentConcurrency.load(id))?.gracePeriodSeconds ?? LEASE_SECONDS,
  }),
}));

const SetDeploymentConcurrencyLimitInput = builder.inputType('SetDeploymentConcurrencyLimitInput', {
  description: 'How many runs of a deployment may be at work at once. What is left out stays.',
  fields: (t) => ({
    ...keyed(t),
    deploymentId: t.id({ required: true, description: 'The id of the deployment; an unknown one is NOT_FOUND.' }),
    limit: t.int({
      description: `How many slots there are: 0 to ${count(MAX_CONCURRENCY)}. 0 lets no run begin, null takes the limit away. Runs that have slots keep them.`,
    }),
    collisionStrategy: t.field({
      type: CollisionStrategyEnum,
      description: 'What becomes of a run that finds no free slot; ENQUEUE where nobody ever said.',
    }),
    gracePeriodSeconds: t.int({
      description: `${GRACE_PERIOD} ${LEASE_SECONDS_RANGE.min} to ${count(LEASE_SECONDS_RANGE.max)}; null is ${LEASE_SECONDS}.`,
    }),
  }),
});

const SetDeploymentConcurrencyLimitPayload = builder
  .objectRef<{ deployment: Deployment }>('SetDeploymentConcurrencyLimitPayload')
  .implement({
    description: 'The deployment whose limit was set.',
    fields: (t) => ({
      deployment: t.expose('deployment', { type: DeploymentType, description: 'The deployment as it is now.' }),
    }),
  });

builder.mutationField('setDeploymentConcurrencyLimit', (t) =>
  t.field({
    type: SetDeploymentConcurrencyLimitPayload,
    description:
      'Limits how many runs of a deployment may be at work at once. A run takes its slot when it becomes PENDING, and gives ' +
      'it back when it is neither PENDING, RUNNING nor CANCELLING any more, is deleted, or lets its lease expire.',
    args: {
      input: t.arg({
        type: SetDeploymentConcurrencyLimitInput,
        required: true,
        description: 'The deployment and its limit.',
      }),
    },
    // Not `given`: a null takes the limit away.
    resolve: (_, { input }, { engine, viewer }) => setDeploymentConcurrencyLimit(engine, viewer, input),
  }),
);
