import { type Models, type Store, statement } from '../connection/database.ts';
import { jsonColumn } from '../connection/jsonColumn.ts';
import { hadCount, ofTenant } from '../tenants/tenantScope.ts';
import { hasAgentConfig } from './agentConfigs.ts';

/** An agent that registers again with the same identity is the same agent. */
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

// One agent that registers twice at the same time must not become two. A unique index is impossible, because rows that
// old servers stored may contain duplicates.
const LOCK = statement('agents.lockIdentity', 'select pg_advisory_xact_lock(hashtextextended($1, 0))');

/**
 * Returns the id of the agent with this identity, and creates the agent if there is none. Returns null if the tenant has
 * no such configuration for a new agent.
 */
export async function getOrCreateAgent(
  transaction: Store,
  { id, agentConfigId, tenantId, name, type, coreVersion, labels }: NewAgent,
): Promise<string | null> {
  const identity = { tenantId, name, type, coreVersion };
  const sorted = jsonColumn(labels);
  const agents = transaction.prisma.agent;
  await transaction.query(LOCK, [
    `agent ${JSON.stringify([tenantId, name, type, coreVersion, JSON.stringify(labels)])}`,
  ]);
  const where = { ...identity, labels: { equals: sorted } };
  const found = await agents.findFirst({ where, orderBy: { id: 'asc' }, select: { id: true } });
  if (found) return found.id;
  if (agentConfigId !== null && !(await hasAgentConfig(transaction, tenantId, agentConfigId))) return null;
  await agents.create({ data: { ...identity, id, agentConfigId, labels: sorted }, select: { id: true } });
  return id;
}

/** Returns whether there was such an agent. Its runs stay, without an agent. */
export const deleteAgent = async ({ prisma }: Models, tenantId: string | null, id: string): Promise<boolean> =>
  hadCount(await prisma.agent.deleteMany({ where: { id, ...ofTenant(tenantId) } }));
