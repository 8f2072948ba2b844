import { type Queryable, statement } from '../connection/database.ts';

const VALUE = statement(
  'flowRunInputs.valueByKey',
  `select i.value from flow_run_input i join flow_run r on r.id = i.flow_run_id
   where r.tenant_id = $1 and i.flow_run_id = $2 and i.key = $3`,
);

/** The value that a flow run has under this key; null where it has none. */
export async function flowRunInputByKey(
  database: Queryable,
  tenantId: string,
  flowRunId: string,
  key: string,
): Promise<{ value: string } | null> {
  const [row] = await database.query<{ value: string }>(VALUE, [tenantId, flowRunId, key]);
  return row ?? null;
}
