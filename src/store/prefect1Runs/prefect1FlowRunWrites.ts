import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

// Statements that accompany a move of a flow run that Prefect 1 clients know.

const LAST_SUBMISSIONS = statement(
  'flowRunStates.lastSubmissions',
  `select flow_run_id as id, max(timestamp) as at from flow_run_state
   where flow_run_id = any($1::uuid[]) and prefect1_state = 'Submitted' group by flow_run_id`,
);

/**
 * Returns when runs were last submitted to an agent. This is a statement of its own, sent after the locks, so that it
 * sees what was committed while they were waited for. Two agents on two servers cannot both submit a run.
 */
export async function lastSubmissions(transaction: Queryable, ids: readonly string[]): Promise<Map<string, Instant>> {
  const rows = await transaction.query<{ id: string; at: Instant }>(LAST_SUBMISSIONS, [ids]);
  return new Map(rows.map(({ id, at }) => [id, at]));
}

const ASSIGN_AGENTS = statement(
  'flowRuns.assignAgents',
  `update flow_run r set agent_id = a.id
   from unnest($1::uuid[], $2::uuid[]) as u(id, agent_id) join agent a on a.id = u.agent_id
   where r.id = u.id and a.tenant_id = r.tenant_id`,
);

/** Records which agents took runs. Unknown agents are ignored. */
export async function assignAgents(
  transaction: Queryable,
  taken: readonly { flowRunId: string; agentId: string }[],
): Promise<void> {
  await transaction.query(ASSIGN_AGENTS, [
    taken.map(({ flowRunId }) => flowRunId),
    taken.map(({ agentId }) => agentId),
  ]);
}

const UNFINISHED_TASK_RUNS = statement(
  'taskRuns.unfinished',
  `select id, flow_run_id as "flowRunId" from task_run
   where flow_run_id = any($1::uuid[]) and prefect1_state <> all($2::text[]) order by id`,
);

/**
 * Returns the task runs of flow runs that are in none of these states, without those that no Prefect 1 client knows.
 */
export const taskRunsNotIn = (
  transaction: Queryable,
  flowRunIds: readonly string[],
  states: readonly string[],
): Promise<{ id: string; flowRunId: string }[]> => transaction.query(UNFINISHED_TASK_RUNS, [flowRunIds, states]);
