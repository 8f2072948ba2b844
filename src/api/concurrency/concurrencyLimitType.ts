import { checkText } from '../../core/checks/checkText.ts';
import {
  type ConcurrencyLimit,
  type ConcurrencySlot,
  deploymentIdOfLimit,
  limitNameOfTag,
  tagOfLimit,
} from '../../core/concurrency/concurrency.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { Problem } from '../../core/values/problem.ts';
import { builder } from '../building/builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../building/connectionOf.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { DeploymentType, FlowRunType, TaskRunType } from '../building/objectTypes.ts';
import { loadFlowRun, loadTaskRun } from '../building/selected.ts';

export const ConcurrencyLimitType = builder.objectRef<ConcurrencyLimit>('ConcurrencyLimit');

export const ConcurrencySlotType = builder.objectRef<ConcurrencySlot>('ConcurrencySlot').implement({
  description: 'A slot of a concurrency limit that a run holds.',
  fields: (t) => ({
    leaseId: t.exposeID('id', {
      description:
        'The id of the lease, for `renewConcurrencyLease`. States of a flow run have it as ' +
        '`deploymentConcurrencyLeaseId`.',
    }),
    since: t.expose('created', { type: 'DateTime', description: 'When the run took the slot.' }),
    expires: t.expose('expires', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the slot becomes free unless its lease is renewed; null if the run keeps it until it is released.',
    }),
    flowRunId: t.exposeID('flowRunId', {
      nullable: true,
      description: 'The id of the flow run that holds the slot; null if a task run holds it.',
    }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run that holds the slot; null if a task run holds it.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
    taskRunId: t.exposeID('taskRunId', {
      nullable: true,
      description: 'The id of the task run that holds the slot; null if a flow run holds it.',
    }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run that holds the slot; null if a flow run holds it.',
      resolve: ({ taskRunId }, _, context, info) => loadTaskRun(taskRunId, context, info),
    }),
  }),
});

const ConcurrencySlotConnection = connectionOf(ConcurrencySlotType, 'taken slots');

ConcurrencyLimitType.implement({
  description:
    'A limit on how many runs can be active at the same time. The limit of a tag applies when a task run with the ' +
    'tag is about to enter RUNNING. The limit of a deployment applies when one of its flow runs is about to enter ' +
    'PENDING.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the limit was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the limit was last changed.' }),
    name: t.exposeString('name', {
      description:
        'The name, unique in the tenant: `tag:` followed by the tag, or `deployment:` followed by the id of the ' +
        'deployment.',
    }),
    tag: t.string({
      nullable: true,
      description: 'The tag whose task runs are limited; null for the limit of a deployment.',
      resolve: ({ name }) => tagOfLimit(name),
    }),
    deploymentId: t.id({
      nullable: true,
      description: 'The id of the deployment whose flow runs are limited; null for the limit of a tag.',
      resolve: ({ name }) => deploymentIdOfLimit(name),
    }),
    deployment: t.field({
      type: DeploymentType,
      nullable: true,
      description: 'The deployment whose flow runs are limited; null for the limit of a tag.',
      resolve: ({ name }, _, { loaders }) => {
        const id = deploymentIdOfLimit(name);
        return id === null ? null : loaders.deployment.load(id);
      },
    }),
    limit: t.exposeInt('limit', { description: 'The number of slots. With 0, no run can start.' }),
    active: t.exposeBoolean('active', { description: 'Whether the limit is enforced.' }),
    activeSlots: t.int({
      description: 'How many slots are taken. Can be more than `limit`, if that was lowered.',
      resolve: ({ id }, _, { loaders }) => loaders.activeSlots.load(id),
    }),
    holders: t.field({
      type: ConcurrencySlotConnection,
      description: 'The taken slots, in the order in which they were taken.',
      args: pageArguments(),
      resolve: ({ id }, page, { loaders }) => loaders.concurrencySlotsOf(id, pageRequest(page)),
    }),
  }),
});

const ConcurrencyLimitConnection = connectionOf(ConcurrencyLimitType, 'concurrency limits');

const NAME = `At most ${LIMITS.nameCharacters + 'tag:'.length} characters.`;

builder.queryFields((t) => ({
  concurrencyLimit: t.field({
    type: ConcurrencyLimitType,
    nullable: true,
    description:
      'Returns the concurrency limit with this id, name or tag; null if there is none. Exactly one of the three ' +
      'arguments must be set; otherwise the field fails with BAD_USER_INPUT.',
    args: {
      id: t.arg.id({ description: 'The id of the limit.' }),
      name: t.arg.string({ description: `The name of the limit, such as \`tag:etl\`. ${NAME}` }),
      tag: t.arg.string({ description: `The tag, such as \`etl\`. At most ${LIMITS.tagCharacters} characters.` }),
    },
    resolve: (_, { id, name, tag }, { loaders }) => {
      const [asked, more] = Object.entries({ id, name, tag }).filter(([, value]) => value != null);
      if (!asked || more) throw new Problem('BAD_USER_INPUT', 'Exactly one of `id`, `name` and `tag` must be set.');
      if (id != null) return loaders.concurrencyLimit.load(id);
      checkText(asked[0], asked[1] ?? '', LIMITS.nameCharacters + 'tag:'.length);
      return loaders.concurrencyLimitByName.load(name ?? limitNameOfTag(tag ?? ''));
    },
  }),
  concurrencyLimits: t.field({
    type: ConcurrencyLimitConnection,
    description: 'Lists the concurrency limits of tags and deployments, newest first.',
    args: pageArguments(),
    resolve: (_, page, { loaders }) => loaders.concurrencyLimits(pageRequest(page)),
  }),
}));
