/** How large the graph of a flow run may be. */
export interface GraphLimits {
  /** Of one graph. */
  nodes: number;
  /** Of all graphs that are read together. */
  edges: number;
}

/** Prefect 3: PREFECT_API_MAX_FLOW_RUN_GRAPH_NODES. It has no limit of edges; every task may name every other. */
export const GRAPH_LIMITS: GraphLimits = { nodes: 10_000, edges: 200_000 };
