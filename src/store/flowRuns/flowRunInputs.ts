import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { FlowRunInput } from '../../core/runs/run.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { Queryable } from '../connection/database.ts';
import { parameter } from '../query/fieldKinds.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { flowRunInputColumns } from '../query/rows.ts';
import { INPUT_ORDER } from '../query/sortOrders.ts';
import type { Source } from '../query/source.ts';

const FLOW_RUN_INPUTS: Source<FlowRunInput, FlowRunInput> = {
  name: 'flowRunInputs',
  table: 'flow_run_input',
  ofTenant: 'exists (select from flow_run r where r.id = x.flow_run_id and r.tenant_id = $2)',
  columns: flowRunInputColumns,
  wide: [],
  fromRow: (row) => row,
};

/** Which inputs, by their keys; all that is given must hold. */
export interface InputFilter {
  key?: string | null;
  prefix?: string | null;
  excludeKeys?: readonly string[] | null;
}

export interface InputList extends InputFilter {
  page?: PageRequest;
}

function matching({ key, prefix, excludeKeys }: InputFilter): RawBuilder<SqlBool> {
  const excluded = (excludeKeys ?? []).map((excludedKey) => parameter('text', excludedKey, 'excludeKeys'));
  const begins = sql`starts_with(x.key, ${parameter('text', prefix ?? '', 'prefix')})`;
  const is = key === null || key === undefined ? sql`true` : sql`x.key = ${parameter('text', key, 'key')}`;
  return sql`${is} and ${begins} and x.key <> all(${sql.val(excluded)}::text[])`;
}

export const flowRunInputsById = readById(FLOW_RUN_INPUTS);

/** The inputs of flow runs, in the order of their creation. */
export const flowRunInputsOf = (
  database: Queryable,
  flowRunIds: readonly string[],
  { page = {}, ...filter }: InputList,
): Promise<Map<string, Page<FlowRunInput>>> =>
  readChildPages(database, FLOW_RUN_INPUTS, flowRunIds, {
    list: (id) => `flowRunInputs:${id}`,
    where: matching(filter),
    order: INPUT_ORDER,
    page,
    parent: 'flowRunId',
    parentOf: ({ flowRunId }) => flowRunId,
  });

export const flowRunInputCountsOf = (
  database: Queryable,
  flowRunIds: readonly string[],
  filter: InputFilter,
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, FLOW_RUN_INPUTS, flowRunIds, 'flowRunId', matching(filter), atMost);
