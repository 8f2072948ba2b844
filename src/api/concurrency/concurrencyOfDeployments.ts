import { setDeploymentConcurrencyLimit } from '../../actions/concurrency/setDeploymentConcurrencyLimit.ts';
import { count } from '../../core/checks/checkText.ts';
import { LEASE_SECONDS, LEASE_SECONDS_RANGE, MAX_CONCURRENCY } from '../../core/concurrency/concurrency.ts';
import type { Deployment } from '../../core/runs/run.ts';
import { builder } from '../building/builder.ts';
import { keyed } from '../building/keyed.ts';
import { DeploymentType } from '../building/objectTypes.ts';
import { idText } from '../building/sharedTexts.ts';
import { ConcurrencyLimitType } from './concurrencyLimitType.ts';

export const CollisionStrategyEnum = builder.enumType('CollisionStrategy', {
  description: 'What happens to a flow run if its deployment has no free slot.',
  values: {
    ENQUEUE: {
      value: 'ENQUEUE',
      description: 'The run is scheduled again, 30 seconds later, as AwaitingConcurrencySlot.',
    },
    CANCEL_NEW: { value: 'CANCEL_NEW', description: 'The run is cancelled.' },
  } as const,
});

const GRACE_PERIOD =
  'How long, in seconds, a run keeps its slot without renewing its lease. The time starts when the run becomes ' +
  'PENDING, and again when it becomes RUNNING.';

builder.objectFields(DeploymentType, (t) => ({
  concurrencyLimit: t.field({
    type: ConcurrencyLimitType,
    nullable: true,
    description:
      'The limit on how many flow runs of the deployment can be active at the same time; null if there is none.',
    resolve: async ({ id }, _, { loaders }) => (await loaders.deploymentConcurrency.load(id))?.limit,
  }),
  activeSlots: t.int({
    description: 'How many slots of the limit are taken; 0 if there is no limit.',
    resolve: async ({ id }, _, { loaders }) => {
      const limit = (await loaders.deploymentConcurrency.load(id))?.limit;
      return limit ? loaders.activeSlots.load(limit.id) : 0;
    },
  }),
  collisionStrategy: t.field({
    type: CollisionStrategyEnum,
    description: 'What happens to a flow run if there is no free slot.',
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
  description:
    'A limit on how many flow runs of a deployment can be active at the same time. Omitted fields stay unchanged.',
  fields: (t) => ({
    ...keyed(t),
    deploymentId: t.id({ required: true, description: idText('deployment', 'NOT_FOUND') }),
    limit: t.int({
      description:
        `The number of slots: 0 to ${count(MAX_CONCURRENCY)}. With 0, no run can start; null removes the limit. ` +
        'Runs that hold slots keep them.',
    }),
    collisionStrategy: t.field({
      type: CollisionStrategyEnum,
      description:
        'What happens to a flow run if there is no free slot. ENQUEUE until it is set; null leaves it unchanged.',
    }),
    gracePeriodSeconds: t.int({
      description:
        `${GRACE_PERIOD} ${LEASE_SECONDS_RANGE.min} to ${count(LEASE_SECONDS_RANGE.max)}; null resets it to ` +
        `${LEASE_SECONDS}.`,
    }),
  }),
});

const SetDeploymentConcurrencyLimitPayload = builder
  .objectRef<{ deployment: Deployment }>('SetDeploymentConcurrencyLimitPayload')
  .implement({
    description: 'The deployment whose limit was set.',
    fields: (t) => ({
      deployment: t.expose('deployment', { type: DeploymentType, description: 'The deployment after the change.' }),
    }),
  });

builder.mutationField('setDeploymentConcurrencyLimit', (t) =>
  t.field({
    type: SetDeploymentConcurrencyLimitPayload,
    description:
      'Limits how many flow runs of a deployment can be active at the same time. A run takes a slot when it becomes ' +
      'PENDING. It releases the slot when it is no longer PENDING, RUNNING or CANCELLING, when it is deleted, or ' +
      'when its lease expires.',
    args: {
      input: t.arg({
        type: SetDeploymentConcurrencyLimitInput,
        required: true,
        description: 'The deployment and the limit.',
      }),
    },
    // Not `given`: null removes the limit.
    resolve: (_, { input }, { engine, viewer }) => setDeploymentConcurrencyLimit(engine, viewer, input),
  }),
);
