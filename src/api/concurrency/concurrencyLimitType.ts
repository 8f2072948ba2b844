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
  description: 'A place under a concurrency limit that a run has taken.',
  fields: (t) => ({
    leaseId: t.exposeID('id', {
      description:
        'The id of its lease: what `renewConcurrencyLease` takes, and the `deploymentConcurrencyLeaseId` of a flow run’s states.',
    }),
    since: t.expose('created', { type: 'DateTime', description: 'When it was taken.' }),
    expires: t.expose('expires', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is free again, unless its lease is renewed before; null where it is kept until given back.',
    }),
    flowRunId: t.exposeID('flowRunId', {
      nullable: true,
      description: 'The id of the flow run that holds it, if one does.',
    }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run that holds it; null where a task run does.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
    taskRunId: t.exposeID('taskRunId', {
      nullable: true,
      description: 'The id of the task run that holds it, if one does.',
    }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run that holds it; null where a flow run does.',
      resolve: ({ taskRunId }, _, context, info) => loadTaskRun(taskRunId, context, info),
    }),
  }),
});

const ConcurrencySlotConnection = connectionOf(ConcurrencySlotType, 'slots that are taken');

ConcurrencyLimitType.implement({
  description:
    'How many runs may be at work at once. A tag’s limit is asked when a task run with the tag is to be RUNNING, a ' +
    'deployment’s when one of its flow runs is to be PENDING.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the limit was made.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the limit was last changed.' }),
    name: t.exposeString('name', {
      description: 'Unique in the tenant: `tag:` and the tag, or `deployment:` and its id.',
    }),
    tag: t.string({
      nullable: true,
      description: 'The tag whose task runs are limited; null where it is a deployment’s limit.',
      resolve: ({ name }) => tagOfLimit(name),
    }),
    deploymentId: t.id({
      nullable: true,
      description: 'The id of the deployment whose flow runs are limited; null where it is a tag’s limit.',
      resolve: ({ name }) => deploymentIdOfLimit(name),
    }),
    deployment: t.field({
      type: DeploymentType,
      nullable: true,
      description: 'The deployment whose flow runs are limited; null where it is a tag’s limit.',
      resolve: ({ name }, _, { loaders }) => {
        const id = deploymentIdOfLimit(name);
        return id === null ? null : loaders.deployment.load(id);
      },
    }),
    limit: t.exposeInt('limit', { description: 'How many slots there are. 0 lets no run begin.' }),
    active: t.exposeBoolean('active', { description: 'False while it limits nothing.' }),
    activeSlots: t.int({
      description: 'How many slots are taken. It can be more than `limit`, where that was lowered.',
      resolve: ({ id }, _, { loaders }) => loaders.activeSlots.load(id),
    }),
    holders: t.field({
      type: ConcurrencySlotConnection,
      description: 'The slots that are taken, and by whom, in the order in which they were.',
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
      'A concurrency limit, by its id, its name or its tag, of which exactly one is given; else BAD_USER_INPUT. Null where there is none.',
    args: {
      id: t.arg.id({ description: 'Its id.' }),
      name: t.arg.string({ description: `Its name: \`tag:etl\`. ${NAME}` }),
      tag: t.arg.string({ description: `Its tag: \`etl\`. At most ${LIMITS.tagCharacters} characters.` }),
    },
    resolve: (_, { id, name, tag }, { loaders }) => {
      const [asked, more] = Object.entries({ id, name, tag }).filter(([, value]) => value != null);
      if (!asked || more)
        throw new Problem('BAD_USER_INPUT', '`concurrencyLimit` takes one of `id`, `name` and `tag`.');
      if (id != null) return loaders.concurrencyLimit.load(id);
      checkText(asked[0], asked[1] ?? '', LIMITS.nameCharacters + 'tag:'.length);
      return loaders.concurrencyLimitByName.load(name ?? limitNameOfTag(tag ?? ''));
    },
  }),
  concurrencyLimits: t.field({
    type: ConcurrencyLimitConnection,
    description: 'The concurrency limits of tags and deployments, the newest first.',
    args: pageArguments(),
    resolve: (_, page, { loaders }) => loaders.concurrencyLimits(pageRequest(page)),
  }),
}));
