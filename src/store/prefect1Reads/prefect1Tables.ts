import { sql } from 'kysely';
import { FLOW_RUN_TAGS } from '../query/filterTables.ts';
import {
  isNotNull,
  isOfPrefect1Run,
  levelWord,
  logName,
  masked,
  noFlag,
  noJson,
  taskRunName,
} from './prefect1Expressions.ts';
import { stateTable } from './prefect1StateTable.ts';
import { describeTable, type Prefect1Relation, type Prefect1Table, type TableText } from './prefect1Table.ts';

// The tables that Prefect 1 clients read, as data. The dialect's types are generated and its statements compiled from
// it. Names, types and nulls are those of Prefect's server; the source of each column is ours.

const TEXTS: { readonly [table: string]: TableText } = {
  agent: {
    columns: {
      uuid: 'id! tenant_id! agent_config_id',
      String: 'name type core_version',
      timestamptz: 'created! updated! last_queried',
      jsonb: 'labels!',
    },
    objects: { agent_config: 'agent_config agent_config_id' },
    arrays: { flow_runs: 'flow_run agent_id' },
  },
  agent_config: {
    columns: { uuid: 'id! tenant_id!', String: 'name', timestamptz: 'created! updated!', jsonb: 'settings!' },
    secret: 'settings',
    arrays: { agents: 'agent agent_config_id' },
  },
  cloud_hook: {
    columns: {
      uuid: 'id! tenant_id',
      String: 'name type! version_group_id',
      Boolean: 'active!',
      timestamptz: 'created! updated!',
      jsonb: 'states config!',
    },
    secret: 'config',
  },
  edge: {
    columns: {
      uuid: 'id! tenant_id flow_id! upstream_task_id! downstream_task_id!',
      String: 'key',
      Boolean: 'mapped!',
      timestamptz: 'created! updated!',
    },
    objects: {
      flow: 'flow! flow_id',
      upstream_task: 'task! upstream_task_id',
      downstream_task: 'task! downstream_task_id',
    },
  },
  flow: {
    columns: {
      uuid: 'id! tenant_id project_id! flow_group_id!',
      String: 'name! description version_group_id core_version',
      Int: 'version',
      Boolean: 'archived! is_schedule_active!',
      timestamptz: 'created! updated!',
      jsonb: 'environment parameters storage settings! serialized_flow schedule run_config',
    },
    objects: { flow_group: 'flow_group! flow_group_id', project: 'project! project_id', tenant: 'tenant tenant_id' },
    arrays: { edges: 'edge flow_id', flow_runs: 'flow_run flow_id', tasks: 'task flow_id' },
    shown: isNotNull('project_id'),
  },
  flow_group: {
    columns: {
      uuid: 'id! tenant_id',
      String: 'name description',
      timestamptz: 'created! updated!',
      jsonb: 'labels schedule settings! default_parameters! run_config',
    },
    objects: { tenant: 'tenant tenant_id' },
    arrays: { flows: 'flow flow_group_id' },
  },
  flow_run: {
    columns: {
      uuid: 'id! tenant_id flow_id! agent_id',
      String: 'name state state_message idempotency_key',
      Int: 'version! times_resurrected',
      Boolean: 'auto_scheduled!',
      timestamptz:
        'created! updated! scheduled_start_time! heartbeat start_time end_time state_timestamp state_start_time',
      jsonb: 'parameters context labels! run_config serialized_state state_result',
    },
    as: { labels: 'tags', state: 'prefect1_state', state_result: noJson },
    tags: { column: 'labels', table: FLOW_RUN_TAGS },
    objects: { agent: 'agent agent_id', flow: 'flow! flow_id', tenant: 'tenant tenant_id' },
    arrays: { logs: 'log run_id', states: 'flow_run_state flow_run_id', task_runs: 'task_run flow_run_id' },
    shown: isNotNull('scheduled_start_time'),
  },
  flow_run_state: stateTable('flow_run'),
  log: {
    columns: {
      uuid: 'id! tenant_id flow_run_id task_run_id',
      String: 'name level message',
      Boolean: 'is_loaded_from_archive',
      timestamptz: 'created! updated! timestamp!',
      jsonb: 'info',
    },
    as: {
      flow_run_id: 'run_id',
      name: logName,
      level: levelWord,
      updated: 'created',
      is_loaded_from_archive: noFlag,
    },
    shown: isOfPrefect1Run,
    // Log lines with the same time keep the order in which they were written.
    lastKeys: ['run_id', 'number'],
    hasPrimaryKey: false,
  },
  message: {
    columns: {
      uuid: 'id! tenant_id!',
      String: 'type text',
      Boolean: 'read!',
      timestamptz: 'created! updated!',
      jsonb: 'content!',
    },
  },
  project: {
    columns: { uuid: 'id! tenant_id', String: 'name! description', timestamptz: 'created! updated!' },
    objects: { tenant: 'tenant tenant_id' },
    arrays: { flows: 'flow project_id' },
  },
  task: {
    columns: {
      uuid: 'id! tenant_id flow_id!',
      String: 'name slug description type trigger cache_key',
      Int: 'max_retries',
      Boolean: 'mapped! auto_generated! is_root_task! is_terminal_task! is_reference_task!',
      timestamptz: 'created! updated!',
      interval: 'retry_delay',
      jsonb: 'tags!',
    },
    objects: { flow: 'flow! flow_id' },
    arrays: {
      downstream_edges: 'edge upstream_task_id',
      task_runs: 'task_run task_id',
      upstream_edges: 'edge downstream_task_id',
    },
  },
  task_run: {
    columns: {
      uuid: 'id! tenant_id flow_run_id! task_id!',
      String: 'name state state_message cache_key',
      Int: 'map_index! version!',
      timestamptz: 'created! updated! heartbeat start_time end_time state_timestamp state_start_time',
      jsonb: 'serialized_state state_result',
    },
    as: { name: taskRunName, state: 'prefect1_state', state_result: noJson },
    objects: { flow_run: 'flow_run! flow_run_id', task: 'task! task_id', tenant: 'tenant tenant_id' },
    arrays: { logs: 'log task_run_id', states: 'task_run_state task_run_id' },
    shown: isNotNull('task_id'),
  },
  task_run_artifact: {
    columns: {
      uuid: 'id! tenant_id! task_run_id!',
      String: 'kind!',
      timestamptz: 'created! updated!',
      jsonb: 'data!',
    },
    objects: { task_run: 'task_run! task_run_id' },
  },
  task_run_state: stateTable('task_run'),
  tenant: {
    columns: { uuid: 'id!', String: 'name! slug!', timestamptz: 'created! updated!', jsonb: 'info settings!' },
    arrays: { flow_groups: 'flow_group tenant_id', flows: 'flow tenant_id', projects: 'project tenant_id' },
    tenant: 'id',
  },
  /** The result of a traversal of a flow's edges. As a table it is empty, as in Prefect's server. */
  utility_traversal: {
    columns: { uuid: 'tenant_id task_id', Int: 'depth' },
    objects: { task: 'task task_id' },
    lastKeys: ['depth', 'task_id'],
    hasPrimaryKey: false,
    from: sql`(select null::uuid as tenant_id, null::uuid as task_id, null::int as depth where false)`,
  },
};

export const PREFECT1_TABLES: { readonly [table: string]: Prefect1Table } = Object.fromEntries(
  Object.entries(TEXTS).map(([name, text]) => [name, describeTable(name, text)]),
);

const READERS = ' for readers';

export const relationForReaders = (relation: Prefect1Relation): Prefect1Relation => ({
  ...relation,
  to: relation.to + READERS,
});

/**
 * The same tables for clients with the role reader, with masked secrets. Lists select, compare and order by the masked
 * values, and all relations lead to tables for readers, so that no condition finds out a secret either.
 */
const READER_TABLES: { readonly [table: string]: Prefect1Table } = Object.fromEntries(
  Object.entries(PREFECT1_TABLES).map(([name, table]) => {
    const secret = TEXTS[name]?.secret;
    const columns = Object.entries(table.columns).map(([column, text]) => [
      column,
      column === secret ? { ...text, sql: (row: string) => masked(text.sql(row)) } : text,
    ]);
    const relations = Object.entries(table.relations).map(([key, relation]) => [key, relationForReaders(relation)]);
    return [
      name + READERS,
      { ...table, columns: Object.fromEntries(columns), relations: Object.fromEntries(relations) },
    ];
  }),
);

export const tableForReaders = ({ name }: Prefect1Table): Prefect1Table => prefect1Table(name + READERS);

export function prefect1Table(name: string): Prefect1Table {
  const table = PREFECT1_TABLES[name] ?? READER_TABLES[name];
  if (!table) throw new Error(`Prefect 1 has no table ${name}.`);
  return table;
}
