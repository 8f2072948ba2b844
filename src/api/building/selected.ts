import type { GraphQLResolveInfo } from 'graphql';
import type { LeanDeployment } from '../../store/deployments/deployments.ts';
import type { LeanFlowRunState } from '../../store/flowRuns/flowRunStates.ts';
import type { LeanFlowRun } from '../../store/flowRuns/flowRuns.ts';
import type { LeanTaskRunState } from '../../store/taskRuns/taskRunStates.ts';
import type { LeanTaskRun } from '../../store/taskRuns/taskRuns.ts';
import type { LeanWorkPool } from '../../store/workPools/workPools.ts';
import type { Context, WrittenRows } from './context.ts';
import { selecting } from './selecting.ts';

// Wide JSON columns are read only if the document selects them.

export const asksForRunJson = selecting('parameters', 'context', 'jobVariables');
export const asksForTaskInputs = selecting('taskInputs');
export const asksForData = selecting('data');
export const asksForDeploymentJson = selecting('parameters', 'parameterOpenapiSchema', 'jobVariables');
export const asksForTemplate = selecting('baseJobTemplate');

type Load = [id: string | null, context: Context, info: GraphQLResolveInfo];

/** Loads a row with or without its wide columns; a null id returns null. A row that the request wrote is not read. */
const loadBy =
  <Row extends { id: string }>(
    asksForWide: typeof asksForData,
    loaderOf: (loaders: Context['loaders'], isWide: boolean) => { load(id: string): Promise<Row | null> },
    writtenOf: (written: WrittenRows) => Row | null | undefined = () => null,
  ) =>
  (...[id, context, info]: Load): Promise<Row | null> | Row | null => {
    if (id === null) return null;
    const written = writtenOf(context.written);
    return written?.id === id ? written : loaderOf(context.loaders, asksForWide(info)).load(id);
  };

export const loadFlowRun = loadBy<LeanFlowRun>(
  asksForRunJson,
  (loaders, isWide) => (isWide ? loaders.flowRun : loaders.leanFlowRun),
  ({ flowRun }) => flowRun,
);
export const loadTaskRun = loadBy<LeanTaskRun>(
  asksForTaskInputs,
  (loaders, isWide) => (isWide ? loaders.taskRun : loaders.leanTaskRun),
  ({ taskRun }) => taskRun,
);
export const loadFlowRunState = loadBy<LeanFlowRunState>(
  asksForData,
  (loaders, isWide) => (isWide ? loaders.flowRunState : loaders.leanFlowRunState),
  ({ flowRunState }) => flowRunState,
);
export const loadTaskRunState = loadBy<LeanTaskRunState>(
  asksForData,
  (loaders, isWide) => (isWide ? loaders.taskRunState : loaders.leanTaskRunState),
  ({ taskRunState }) => taskRunState,
);

export const loadDeployment = loadBy<LeanDeployment>(asksForDeploymentJson, (loaders, isWide) =>
  isWide ? loaders.deployment : loaders.leanDeployment,
);
export const loadWorkPool = loadBy<LeanWorkPool>(asksForTemplate, (loaders, isWide) =>
  isWide ? loaders.workPool : loaders.leanWorkPool,
);

/** Returns a wide column. Throws if the row was read without it, which would be a bug in the selection above. */
export function wide<Value>(column: Value | undefined): Value {
  if (column === undefined) throw new Error('A wide column was selected, but the row was read without it.');
  return column;
}
