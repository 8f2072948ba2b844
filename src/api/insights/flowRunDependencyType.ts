import { count } from '../../core/checks/checkText.ts';
import { GRAPH_LIMITS } from '../../core/insights/graphLimits.ts';
import type { Dependent, Upstream } from '../../store/insights/flowRunDependencies.ts';
import { builder } from '../building/builder.ts';
import { FlowRunType, TaskRunType } from '../building/objectTypes.ts';
import { loadTaskRun } from '../building/selected.ts';
import { checkGraph, GraphNodeKindEnum } from './flowRunGraphType.ts';

const UpstreamRunType = builder.objectRef<Upstream>('UpstreamRun').implement({
  description: 'A run whose result went into a task run.',
  fields: (t) => ({
    kind: t.expose('kind', { type: GraphNodeKindEnum, description: 'What it is.' }),
    id: t.exposeID('id', { description: 'Its id, as the task run has it among its inputs.' }),
  }),
});

const TaskRunDependenciesType = builder.objectRef<Dependent>('TaskRunDependencies').implement({
  description: 'A task run, and the runs whose results went into it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the task run.' }),
    name: t.exposeString('name', { description: 'The name of the task run.' }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run; null where it has been deleted since.',
      resolve: ({ id }, _, context, info) => loadTaskRun(id, context, info),
    }),
    upstream: t.expose('upstream', {
      type: [UpstreamRunType],
      description: `The runs among its inputs, by id, each once; at most ${count(GRAPH_LIMITS.edges)} in a list of dependencies. Parameters and constants come from no run.`,
    }),
  }),
});

builder.objectField(FlowRunType, 'dependencies', (t) =>
  t.field({
    type: [TaskRunDependenciesType],
    description: `All task runs of the run, newest first, each with what it depends on. More than ${count(GRAPH_LIMITS.nodes)}, or more than ${count(GRAPH_LIMITS.edges)} dependencies, are LIMIT_EXCEEDED.`,
    extensions: { rows: GRAPH_LIMITS.nodes },
    resolve: async ({ id }, _, { loaders }) => {
      const { taskRuns, hasTooManyEdges } = await loaders.dependenciesOf(id);
      checkGraph(`list of dependencies of flow run ${id}`, taskRuns.length, hasTooManyEdges);
      return taskRuns;
    },
  }),
);
