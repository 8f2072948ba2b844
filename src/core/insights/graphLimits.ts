/** The limits on graphs of flow runs. */
export interface GraphLimits {
  /** The maximum number of nodes in one graph. */
  nodes: number;
  /** The maximum number of edges in all graphs that are read together. */
  edges: number;
}

/** Prefect 3: PREFECT_API_MAX_FLOW_RUN_GRAPH_NODES. Edges are limited, too: each task can refer to all others. */
export const GRAPH_LIMITS: GraphLimits = { nodes: 10_000, edges: 200_000 };
