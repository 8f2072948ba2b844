import { GRAPH_LIMITS } from '../core/insights/graphLimits.ts';
import type { Instant } from '../core/values/instant.ts';
import type { Store } from '../store/connection/database.ts';
import { flowRunDependencies } from '../store/insights/flowRunDependencies.ts';
import { flowRunGraphs } from '../store/insights/flowRunGraphs.ts';
import { artifactsOfTaskRuns } from '../store/insights/graphArtifacts.ts';
import type { childLoaders } from './childLoaders.ts';

/** Loads the graphs of flow runs. */
export const graphLoaders = (database: Store, children: ReturnType<typeof childLoaders>) => ({
  /** The graph of a flow run, without the nodes that ended before `since`. */
  graphOf: (flowRunId: string, since: Instant | null) =>
    children(['graphOf', { since }], flowRunId, (ids) => flowRunGraphs(database, ids, since, GRAPH_LIMITS)),
  /** The task runs of a flow run, each with the runs whose results it uses. */
  dependenciesOf: (flowRunId: string) =>
    children(['dependenciesOf'], flowRunId, (ids) => flowRunDependencies(database, ids, GRAPH_LIMITS)),
  /** The artifacts of a task run. */
  artifactsOf: (taskRunId: string) => children(['artifactsOf'], taskRunId, (ids) => artifactsOfTaskRuns(database, ids)),
});
