import type { GraphLimits } from '../../core/insights/graphLimits.ts';
import type { StateType } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { timeText } from '../query/columnTypes.ts';

/** A node of a flow run's graph: a task run, or a subflow's run if the task run represents a subflow. */
export interface GraphNode {
  /** The id of the subflow's run, or of the task run. */
  id: string;
  taskRunId: string;
  /** The subflow's run; null for a task. */
  flowRunId: string | null;
  label: string;
  stateType: StateType;
  startTime: Instant;
  endTime: Instant | null;
  parents: string[];
  children: string[];
  encapsulating: string[];
}

/** The nodes of one graph. One node more than the limit means that there are too many. */
export interface Graph {
  nodes: GraphNode[];
  hasTooManyEdges: boolean;
}

type NodeRow = Omit<GraphNode, 'parents' | 'children' | 'encapsulating'> & { graphId: string; isEdge: false };
interface EdgeRow {
  graphId: string;
  isEdge: true;
  childId: string;
  childStart: Instant;
  parentId: string;
  parentStart: Instant;
  encapsulates: boolean;
}

// Edges are computed among all nodes, including those that `since` excludes; only edges that end at a kept node are
// returned. An upstream run in several arguments is one edge. The key `__parents__` lists the task runs in which a
// nested one ran. Sources are matched by a single text key, and edges are assigned to nodes in our code: the database
// has no statistics for rows that it just computed and would compare each with each, half a minute for 10,000 nodes.
const READ = statement(
  'flowRunGraphs.read',
  `with node as materialized (
     select t.flow_run_id as graph_id, coalesce(s.id, t.id) as id, t.id as task_run_id, s.id as flow_run_id,
       case when s.id is null then t.name else f.name || ' / ' || s.name end as label,
       coalesce(s.state_type, t.state_type) as state_type,
       coalesce(s.start_time, s.expected_start_time, t.start_time, t.expected_start_time) as start_time,
       coalesce(s.end_time, t.end_time, case when t.state_type = 'COMPLETED' then t.expected_start_time end) as end_time,
       t.task_inputs
     from task_run t left join flow_run s on s.parent_task_run_id = t.id left join flow f on f.id = s.flow_id
     where t.flow_run_id = any($1::uuid[])
       and coalesce(s.start_time, s.expected_start_time, t.start_time, t.expected_start_time) is not null
   ), kept as materialized (
     select * from (
       select node.*, row_number() over (partition by graph_id order by start_time, end_time, id) as place
       from node where $2::timestamptz is null or end_time is null or end_time >= $2
     ) node where place <= $3 + 1
   ), source as materialized (
     select node.graph_id, node.id, node.start_time, argument.key = '__parents__' as encapsulates,
       node.graph_id || (source ->> 'id') as parent_key
     from node cross join lateral jsonb_each(node.task_inputs) as argument
     cross join lateral jsonb_array_elements(argument.value) as source
     where source ? 'id'
   ), edge as (
     select distinct child.graph_id, child.id as child_id, child.start_time as child_start,
       parent.id as parent_id, parent.start_time as parent_start, child.encapsulates
     from source child join node parent on parent.graph_id || parent.id::text = child.parent_key
     where (child.graph_id, child.id) in (select graph_id, id from kept)
       or (parent.graph_id, parent.id) in (select graph_id, id from kept)
     limit $4 + 1
   )
   select graph_id as "graphId", false as "isEdge", id, task_run_id as "taskRunId", flow_run_id as "flowRunId", label,
     state_type as "stateType", start_time as "startTime", end_time as "endTime", null::uuid as "childId",
     null::timestamptz as "childStart", null::uuid as "parentId", null::timestamptz as "parentStart",
     null::bool as encapsulates, place
   from kept
   union all
   select graph_id, true, null, null, null, null, null, null, null, child_id, child_start, parent_id, parent_start,
     encapsulates, null
   from edge
   order by "isEdge", "graphId", place`,
);

/**
 * Returns the graphs of flow runs.
 * Source: Prefect 3, server/database/query_components.py, flow_run_graph_v2.
 * @param since excludes nodes that ended before
 */
export async function flowRunGraphs(
  database: Queryable,
  flowRunIds: readonly string[],
  since: Instant | null,
  limits: GraphLimits,
): Promise<Map<string, Graph>> {
  const values = [flowRunIds, timeText(since), limits.nodes, limits.edges];
  const rows = await database.query<NodeRow | EdgeRow>(READ, values);
  const edges = rows.filter((row) => row.isEdge);
  const hasTooManyEdges = edges.length > limits.edges;
  const graphs = new Map<string, Graph>(flowRunIds.map((id) => [id, { nodes: [], hasTooManyEdges }]));
  const nodes = new Map<string, GraphNode>();
  for (const row of rows) {
    if (row.isEdge) continue;
    const { id, taskRunId, flowRunId, label, stateType, startTime, endTime } = row;
    const known = { id, taskRunId, flowRunId, label, stateType, startTime, endTime };
    const node: GraphNode = { ...known, parents: [], children: [], encapsulating: [] };
    nodes.set(id, node);
    graphs.get(row.graphId)?.nodes.push(node);
  }
  link(nodes, edges);
  return graphs;
}

/** Links nodes with each other, in the order of their starts. */
function link(nodes: ReadonlyMap<string, GraphNode>, edges: EdgeRow[]): void {
  edges.sort((a, b) => a.parentStart - b.parentStart || (a.parentId < b.parentId ? -1 : 1));
  for (const { childId, parentId, encapsulates } of edges)
    nodes.get(childId)?.[encapsulates ? 'encapsulating' : 'parents'].push(parentId);
  edges.sort((a, b) => a.childStart - b.childStart || (a.childId < b.childId ? -1 : 1));
  for (const { childId, parentId, encapsulates } of edges)
    if (!encapsulates) nodes.get(parentId)?.children.push(childId);
}
