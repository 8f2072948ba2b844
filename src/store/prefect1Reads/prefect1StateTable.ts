import { isNotNull, noJson, tenantOfRun } from './prefect1Expressions.ts';
import type { TableText } from './prefect1Table.ts';

/** The states of flow runs or task runs, as Prefect 1 clients read them. */
export const stateTable = (run: 'flow_run' | 'task_run'): TableText => ({
  columns: {
    uuid: `id! tenant_id ${run}_id!`,
    String: 'state! message',
    Int: 'version',
    timestamptz: 'created! updated! timestamp! start_time',
    jsonb: 'serialized_state! result',
  },
  as: { state: 'prefect1_state', result: noJson, updated: 'created', tenant_id: tenantOfRun(run) },
  objects: { [run]: `${run}! ${run}_id` },
  shown: isNotNull('prefect1_state'),
});
