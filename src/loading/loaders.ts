import DataLoader from 'dataloader';
import { EVERYTHING } from '../core/filters/filter.ts';
import type { FlowRunInput } from '../core/runs/run.ts';
import { MAX_TOTAL_COUNT } from '../core/values/page.ts';
import { isUuid } from '../core/values/uuid.ts';
import type { Store } from '../store/connection/database.ts';
import { type FlowList, flowCount, flowPage, flowsById } from '../store/deployments/flows.ts';
import {
  flowRunInputCountsOf,
  flowRunInputsById,
  flowRunInputsOf,
  type InputList,
} from '../store/flowRuns/flowRunInputs.ts';
import {
  flowRunStateCountsOf,
  flowRunStatesById,
  flowRunStatesOf,
  type StateList,
} from '../store/flowRuns/flowRunStates.ts';
import {
  type FlowRunList,
  flowRunCount,
  flowRunCountsOf,
  flowRunPage,
  flowRunsById,
  flowRunsOf,
} from '../store/flowRuns/flowRuns.ts';
import { type NodeType, nodeTypes } from '../store/insights/nodes.ts';
import { readWhyNotRunningFacts } from '../store/insights/readWhyNotRunningFacts.ts';
import {
  type LineList,
  type LogList,
  type LogParent,
  logCount,
  logCountsOf,
  logPage,
  logsById,
  logsOf,
} from '../store/runs/logs.ts';
import { taskRunStateCountsOf, taskRunStatesById, taskRunStatesOf } from '../store/taskRuns/taskRunStates.ts';
import {
  type TaskRunList,
  taskRunCount,
  taskRunCountsOf,
  taskRunPage,
  taskRunsById,
  taskRunsOf,
} from '../store/taskRuns/taskRuns.ts';
import { budgetedDatabase } from './budgetedDatabase.ts';
import { bulkLoaders } from './bulkLoaders.ts';
import { byId } from './byId.ts';
import { childLoaders } from './childLoaders.ts';
import { concurrencyLoaders } from './concurrencyLoaders.ts';
import { childPageOf, counted } from './countedPage.ts';
import { deploymentLoaders } from './deploymentLoaders.ts';
import { graphLoaders } from './graphLoaders.ts';
import type { Pace } from './pace.ts';
import { createPrefect1Loaders } from './prefect1Loaders.ts';
import { createRequestBudget, UNLIMITED } from './requestBudget.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/**
 * The loaders of one request, which also cache its reads. All requests for a list in one tick, that is in one level of
 * a document, are one statement. `lean` loaders and lists with `wide: false` do not read wide JSON columns.
 */
export function createLoaders(unlimited: Store, tenantId: string, budget = createRequestBudget(UNLIMITED)) {
  const { pace } = budget;
  const database = budgetedDatabase(unlimited, budget);
  const children = childLoaders(pace);
  const childPage = childPageOf(children);
  const most = MAX_TOTAL_COUNT;
  const lean = { wide: false } as const;

  return {
    flow: byId(pace, (ids) => flowsById(database, tenantId, ids)),
    flowRun: byId(pace, (ids) => flowRunsById(database, tenantId, ids)),
    leanFlowRun: byId(pace, (ids) => flowRunsById(database, tenantId, ids, lean)),
    taskRun: byId(pace, (ids) => taskRunsById(database, tenantId, ids)),
    leanTaskRun: byId(pace, (ids) => taskRunsById(database, tenantId, ids, lean)),
    flowRunState: byId(pace, (ids) => flowRunStatesById(database, tenantId, ids)),
    leanFlowRunState: byId(pace, (ids) => flowRunStatesById(database, tenantId, ids, lean)),
    taskRunState: byId(pace, (ids) => taskRunStatesById(database, tenantId, ids)),
    leanTaskRunState: byId(pace, (ids) => taskRunStatesById(database, tenantId, ids, lean)),
    log: byId(pace, (ids) => logsById(database, tenantId, ids)),
    flowRunInput: byId(pace, (ids) => flowRunInputsById(database, tenantId, ids)),
    whyNotRunningFacts: byId(pace, (ids) => readWhyNotRunningFacts(database, tenantId, ids)),
    nodeType: nodeTypeLoader(database, tenantId, pace),
    prefect1: createPrefect1Loaders(database, budget),
    ...bulkLoaders(database, tenantId, pace, childPage),
    ...graphLoaders(database, children),
    ...deploymentLoaders(database, tenantId, pace, children, childPage),
    ...concurrencyLoaders(database, tenantId, pace, childPage),

    flows: (list: FlowList) =>
      counted(flowPage(database, tenantId, list), () => flowCount(database, tenantId, list.filter, most)),
    flowRuns: <IsWide extends boolean = true>(list: FlowRunList<IsWide>) =>
      counted(flowRunPage(database, tenantId, list), () => flowRunCount(database, tenantId, list.filter, most)),
    taskRuns: <IsWide extends boolean = true>(list: TaskRunList<IsWide>) =>
      counted(taskRunPage(database, tenantId, list), () => taskRunCount(database, tenantId, list.filter, most)),
    logs: (list: LogList) =>
      counted(logPage(database, tenantId, list), () => logCount(database, tenantId, list.filter, most)),

    /** The flow runs of a flow. */
    flowRunsOf: <IsWide extends boolean = true>(
      flowId: string,
      { filter = EVERYTHING, ...list }: FlowRunList<IsWide>,
    ) =>
      childPage(
        ['flowRunsOf', filter, list],
        flowId,
        (ids) => flowRunsOf(database, tenantId, ids, { ...list, filter }),
        (ids) => flowRunCountsOf(database, tenantId, ids, filter, most),
      ),
    /** The task runs of a flow run. */
    taskRunsOf: <IsWide extends boolean = true>(
      flowRunId: string,
      { filter = EVERYTHING, ...list }: TaskRunList<IsWide>,
    ) =>
      childPage(
        ['taskRunsOf', filter, list],
        flowRunId,
        (ids) => taskRunsOf(database, tenantId, ids, { ...list, filter }),
        (ids) => taskRunCountsOf(database, tenantId, ids, filter, most),
      ),
    /** The history of a flow run. */
    flowRunStatesOf: <IsWide extends boolean = true>(flowRunId: string, list: StateList<IsWide>) =>
      childPage(
        ['flowRunStatesOf', {}, list],
        flowRunId,
        (ids) => flowRunStatesOf(database, ids, list),
        (ids) => flowRunStateCountsOf(database, ids, most),
      ),
    /** The history of a task run. */
    taskRunStatesOf: <IsWide extends boolean = true>(taskRunId: string, list: StateList<IsWide>) =>
      childPage(
        ['taskRunStatesOf', {}, list],
        taskRunId,
        (ids) => taskRunStatesOf(database, ids, list),
        (ids) => taskRunStateCountsOf(database, ids, most),
      ),
    /** The log lines of a flow run or of a task run. */
    logsOf: (of: LogParent, runId: string, { filter = EVERYTHING, ...list }: LineList) =>
      childPage(
        [`logsOf ${of}`, filter, list],
        runId,
        (ids) => logsOf(database, tenantId, of, ids, { ...list, filter }),
        (ids) => logCountsOf(database, tenantId, of, ids, filter, most),
      ),
    /** The inputs of a flow run. */
    flowRunInputsOf: (flowRunId: string, { page = {}, ...filter }: InputList) =>
      childPage(
        ['flowRunInputsOf', filter, page],
        flowRunId,
        (ids) => flowRunInputsOf(database, ids, { ...filter, page }),
        (ids) => flowRunInputCountsOf(database, ids, filter, most),
      ),
    /** The input of a flow run that has this key. */
    flowRunInputOf: async (flowRunId: string, key: string): Promise<FlowRunInput | null> => {
      const list = { key, page: { first: 1 } };
      const read = (ids: readonly string[]) => flowRunInputsOf(database, ids, list);
      return (await children(['flowRunInputOf', list], flowRunId, read)).rows[0]?.row ?? null;
    },
  };
}

const nodeTypeLoader = (database: Store, tenantId: string, pace: Pace) =>
  new DataLoader<string, NodeType | null>(
    async (keys) => {
      const ids = keys.map((key) => key.toLowerCase());
      const found = await nodeTypes(database, tenantId, ids.filter(isUuid));
      const types = new Map(found.map(({ id, type }) => [id, type]));
      return ids.map((id) => types.get(id) ?? null);
    },
    { batchScheduleFn: pace.schedule },
  );
