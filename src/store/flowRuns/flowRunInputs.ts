import { sql } from 'kysely';
import type { FlowRunInput } from '../../core/runs/run.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { type ColumnTypes, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { parameter } from '../query/fieldKinds.ts';
import type { ListRows } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { INPUT_ORDER } from '../query/sortOrders.ts';
import type { Source } from '../query/source.ts';
import { arrayValues, fieldColumns, insertMany, type WrittenColumn } from '../query/writtenColumns.ts';

const FLOW_RUN_INPUT: ColumnTypes<FlowRunInput> = {
  id: UUID,
  created: TIME,
  flowRunId: UUID,
  key: TEXT,
  value: TEXT,
  sender: TEXT,
};

const FLOW_RUN_INPUTS: Source<FlowRunInput, FlowRunInput> = {
  name: 'flowRunInputs',
  table: 'flow_run_input',
  ofTenant: 'exists (select from flow_run r where r.id = x.flow_run_id and r.tenant_id = $2)',
  columns: selectList(FLOW_RUN_INPUT),
  wide: [],
  fromRow: (row) => row,
};

/** Selects inputs by their keys; an input must match every condition that is set. */
export interface InputFilter {
  key?: string | null;
  prefix?: string | null;
  excludeKeys?: readonly string[] | null;
}

export interface InputList extends InputFilter {
  page?: PageRequest;
}

function matching({ key = null, prefix, excludeKeys }: InputFilter): ListRows {
  const excluded = (excludeKeys ?? []).map((excludedKey) => parameter('text', excludedKey, 'excludeKeys'));
  const begin = parameter('text', prefix ?? '', 'prefix');
  return {
    shape: key === null ? 'keys' : 'key',
    values: [begin, excluded, ...(key === null ? [] : [parameter('text', key, 'key')])],
    sql: ([start, others, only]) => {
      const is = key === null ? sql`true` : sql`x.key = ${only}`;
      return sql`${is} and starts_with(x.key, ${start}) and x.key <> all(${others}::text[])`;
    },
  };
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
    rows: matching(filter),
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

const VALUE = statement(
  'flowRunInputs.valueByKey',
  `select i.value from flow_run_input i join flow_run r on r.id = i.flow_run_id
   where r.tenant_id = $1 and i.flow_run_id = $2 and i.key = $3`,
);

/** The value of a flow run's input with this key; null if there is no such input. */
export async function flowRunInputByKey(
  database: Queryable,
  tenantId: string,
  flowRunId: string,
  key: string,
): Promise<Pick<FlowRunInput, 'value'> | null> {
  const [row] = await database.query<Pick<FlowRunInput, 'value'>>(VALUE, [tenantId, flowRunId, key]);
  return row ?? null;
}

/** A new input; the database sets its time. */
export type NewFlowRunInput = Omit<FlowRunInput, 'created'>;

const { created: _, ...GIVEN } = FLOW_RUN_INPUT;
/** The columns that are written, of the input that a row holds. */
export const inputColumns = <Row>(inputOf: (row: Row) => NewFlowRunInput): WrittenColumn<Row>[] =>
  fieldColumns(GIVEN, inputOf);
const COLUMNS = inputColumns((input: NewFlowRunInput) => input);
const INSERT = statement('flowRunInputs.insert', insertMany('flow_run_input', COLUMNS));

/** Stores inputs. Violates `flow_run_input_flow_run_id_key_key` if a run has an input with the same key. */
export async function insertFlowRunInputs(transaction: Queryable, inputs: readonly NewFlowRunInput[]): Promise<void> {
  await transaction.query(INSERT, arrayValues(COLUMNS, inputs));
}

const DELETE = statement(
  'flowRunInputs.delete',
  'delete from flow_run_input where flow_run_id = $1 and key = $2 returning id',
);

/** Deletes an input, and returns whether it existed. */
export async function deleteInput(transaction: Queryable, flowRunId: string, key: string): Promise<boolean> {
  return (await transaction.query(DELETE, [flowRunId, key])).length > 0;
}
