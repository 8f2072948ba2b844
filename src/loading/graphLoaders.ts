import { GRAPH_LIMITS } from '../core/graphLimits.ts';
import type { Instant } from '../core/instant.ts';
import type { Database } from '../store/database.ts';
import { flowRunDependencies } from '../store/flowRunDependencies.ts';
import { flowRunGraphs } from '../store/flowRunGraphs.ts';
import { artifactsOfTaskRuns } from '../store/graphArtifacts.ts';
import type { childLoaders } from './childLoaders.ts';

/** What the graphs of flow runs are made of. */
export const graphLoaders = (database: Database, children: ReturnType<typeof childLoaders>) => ({
  /** The graph of a flow run, without the nodes that ended before `since`. */
  graphOf: (flowRunId: string, since: Instant | null) =>
    children(['graphOf', { since }], flowRunId, (ids) => flowRunGraphs(database, ids, since, GRAPH_LIMITS)),
  /** The task runs of a flow run, each with the runs that it takes results of. */
  dependenciesOf: (flowRunId: string) =>
    children(['dependenciesOf'], flowRunId, (ids) => flowRunDependencies(database, ids, GRAPH_LIMITS)),
  /** The artifacts of a task run. */
  artifactsOf: (taskRunId: string) => children(['artifactsOf'], taskRunId, (ids) => artifactsOfTaskRuns(database, ids)),
});
