import { type Queryable, statement } from '../connection/database.ts';
import { hadRow, TENANT_MATCHES } from '../tenants/tenantScope.ts';

/** What makes an agent the same one when it registers again. */
export interface AgentIdentity {
  tenantId: string;
  name: string | null;
  type: string;
  coreVersion: string | null;
  /** Sorted. */
  labels: readonly string[];
}

export interface NewAgent extends AgentIdentity {
  id: string;
  agentConfigId: string | null;
}

const identityValues = ({ tenantId, name, type, coreVersion, labels }: AgentIdentity) => [
  tenantId,
  name,
  type,
  coreVersion,
  JSON.stringify(labels),
];

// Agents that start at once must not become two. There is no unique index to lean on: what old servers have stored may hold
// doubles.
const LOCK = statement('agents.lockIdentity', 'select pg_advisory_xact_lock(hashtextextended($1, 0))');
const FIND = statement(
  'agents.byIdentity',
  `select id from agent where tenant_id = $1 and name is not distinct from $2 and type = $3
     and core_version is not distinct from $4 and labels = $5::jsonb
   order by id limit 1`,
);
const INSERT = statement(
  'agents.insert',
  `insert into agent (id, tenant_id, name, type, core_version, labels, agent_config_id)
   values ($6, $1, $2, $3, $4, $5, $7)`,
);

/** The agent of this identity, as it is, or else a new one. */
export async function getOrCreateAgent(transaction: Queryable, agent: NewAgent): Promise<string> {
  const values = identityValues(agent);
  await transaction.query(LOCK, [`agent ${JSON.stringify(values)}`]);
  const [found] = await transaction.query<{ id: string }>(FIND, values);
  if (found) return found.id;
  await transaction.query(INSERT, [...values, agent.id, agent.agentConfigId]);
  return agent.id;
}

const DELETE = statement('agents.delete', `delete from agent where id = $1 and ${TENANT_MATCHES} returning id`);

/** Whether there was such an agent. Its runs stay, and are nobody's. */
export const deleteAgent = async (database: Queryable, tenantId: string | null, id: string): Promise<boolean> =>
  hadRow(await database.query(DELETE, [id, tenantId]));
