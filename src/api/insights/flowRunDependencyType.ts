import { count } from '../../core/checks/checkText.ts';
import { GRAPH_LIMITS } from '../../core/insights/graphLimits.ts';
import type { Dependent, Upstream } from '../../store/insights/flowRunDependencies.ts';
import { builder } from '../building/builder.ts';
import { FlowRunType, TaskRunType } from '../building/objectTypes.ts';
import { loadTaskRun } from '../building/selected.ts';
import { relatedText } from '../building/sharedTexts.ts';
import { checkGraph, GraphNodeKindEnum } from './flowRunGraphType.ts';

const UpstreamRunType = builder.objectRef<Upstream>('UpstreamRun').implement({
  description: 'A run whose result is an input of a task run.',
  fields: (t) => ({
    kind: t.expose('kind', { type: GraphNodeKindEnum, description: 'Whether it is a task run or a flow run.' }),
    id: t.exposeID('id', { description: 'The id of the run, as the inputs of the task run name it.' }),
  }),
});

const TaskRunDependenciesType = builder.objectRef<Dependent>('TaskRunDependencies').implement({
  description: 'A task run, and the runs whose results are its inputs.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the task run.' }),
    name: t.exposeString('name', { description: 'The name of the task run.' }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: relatedText('task run'),
      resolve: ({ id }, _, context, info) => loadTaskRun(id, context, info),
    }),
    upstream: t.expose('upstream', {
      type: [UpstreamRunType],
      description:
        'The runs whose results are inputs of the task run, ordered by id and without duplicates; at most ' +
        `${count(GRAPH_LIMITS.edges)} in a list of dependencies. Parameters and constants are left out.`,
    }),
  }),
});

builder.objectField(FlowRunType, 'dependencies', (t) =>
  t.field({
    type: [TaskRunDependenciesType],
    description:
      'All task runs of the flow run, newest first, each with its dependencies. More than ' +
      `${count(GRAPH_LIMITS.nodes)} task runs, or more than ${count(GRAPH_LIMITS.edges)} dependencies, fail with ` +
      'LIMIT_EXCEEDED.',
    extensions: { rows: GRAPH_LIMITS.nodes },
    resolve: async ({ id }, _, { loaders }) => {
      const { taskRuns, hasTooManyEdges } = await loaders.dependenciesOf(id);
      checkGraph(`list of dependencies of flow run ${id}`, taskRuns.length, hasTooManyEdges);
      return taskRuns;
    },
  }),
);
