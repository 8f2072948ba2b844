import type { FlowLevels } from '../../core/prefect1/prefect1FlowRun.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

export interface RunnableFlow extends FlowLevels {
  id: string;
  tenantId: string;
  version: number | null;
  archived: boolean;
  tasks: { id: string; slug: string | null; cacheKey: string | null }[];
  now: Instant;
}

const FLOW = `select f.id, f.tenant_id as "tenantId", f.version, f.archived, f.parameters, f.run_config as "runConfig",
    f.environment, g.labels as "groupLabels", g.run_config as "groupRunConfig",
    g.default_parameters as "groupParameters", clock_timestamp() as now,
    coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'slug', t.slug, 'cacheKey', t.cache_key))
      from task t where t.flow_id = f.id), '[]') as tasks
  from flow f left join flow_group g on g.id = f.flow_group_id
  where f.project_id is not null and ($2::uuid is null or f.tenant_id = $2)`;

const BY_ID = statement('flows.registeredById', `${FLOW} and f.id = $1`);
const NEWEST = statement(
  'flows.newestOfVersionGroup',
  `${FLOW} and f.version_group_id = $1 and not f.archived order by f.version desc, f.id desc limit 1`,
);

/** A registered flow with its tasks and the settings that its runs inherit from its group. */
export async function runnableFlow(
  transaction: Queryable,
  tenantId: string | null,
  id: string,
): Promise<RunnableFlow | null> {
  const [flow] = await transaction.query<RunnableFlow>(BY_ID, [id, tenantId]);
  return flow ?? null;
}

/** Returns the newest version of a version group that is not archived. */
export async function newestOfVersionGroup(
  transaction: Queryable,
  tenantId: string | null,
  versionGroupId: string,
): Promise<RunnableFlow | null> {
  const [flow] = await transaction.query<RunnableFlow>(NEWEST, [versionGroupId, tenantId]);
  return flow ?? null;
}
