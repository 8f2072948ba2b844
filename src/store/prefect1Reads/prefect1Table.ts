import { type RawBuilder, sql } from 'kysely';

/** A column of a Prefect 1 table as its readers know it. Also says how PostgreSQL calls the type. */
export const COLUMN_TYPES = {
  uuid: 'uuid',
  String: 'text',
  Int: 'int',
  Boolean: 'boolean',
  timestamptz: 'timestamptz',
  jsonb: 'jsonb',
  interval: 'interval',
} as const;

export type ColumnScalar = keyof typeof COLUMN_TYPES;

/** Something of the row under this alias. */
export type OfRow = (row: string) => RawBuilder<unknown>;

export interface Prefect1Column {
  scalar: ColumnScalar;
  nullable: boolean;
  sql: OfRow;
}

export interface Prefect1Relation {
  /** `object`: a row or none; `array`: any number of rows. */
  kind: 'object' | 'array';
  to: string;
  nullable: boolean;
  /** The columns that are equal, as our tables call them: one of this table, one of the related table. */
  ours: string;
  theirs: string;
}

export interface Prefect1Table {
  name: string;
  columns: { readonly [column: string]: Prefect1Column };
  relations: { readonly [relation: string]: Prefect1Relation };
  /** Which of the rows are Prefect 1's. */
  shown: OfRow | null;
  tenant: OfRow;
  /** Whether the tenant is a column of the row itself, so that asking for it costs nothing. */
  knowsTenant: boolean;
  /** Columns of ours that end every order, and are the order where none is asked for: ids are made in the order of creation. */
  lastKeys: readonly string[];
  hasPrimaryKey: boolean;
  /** What stands after `from`, where it is no table of ours. */
  from: RawBuilder<unknown>;
}

/** A table as it is written down in prefect1Tables.ts. */
export interface TableText {
  /** Names by their scalar; `!` after those that are never null. */
  columns: { readonly [Scalar in ColumnScalar]?: string };
  /** Columns that we call otherwise, or compute. */
  as?: { readonly [column: string]: string | OfRow };
  /** `to! by`: the related table, `!` where there always is a row, and the column of ours that holds its id. */
  objects?: { readonly [relation: string]: string };
  /** `to by`: the related table, and the column of theirs that holds our id. */
  arrays?: { readonly [relation: string]: string };
  shown?: OfRow;
  tenant?: string;
  lastKeys?: readonly string[];
  hasPrimaryKey?: boolean;
  from?: RawBuilder<unknown>;
}

const columnNamed =
  (name: string): OfRow =>
  (row) =>
    sql.ref(`${row}.${name}`);

/** Sorted by name, as Hasura lists everything. Where several keys stand in one object of `order_by`, that order counts. */
export const sortedByName = <Value>(entries: readonly (readonly [string, Value])[]): { [name: string]: Value } =>
  Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));

export function describeTable(name: string, text: TableText): Prefect1Table {
  const { as = {}, objects = {}, arrays = {}, shown = null, hasPrimaryKey = true, lastKeys = ['id'] } = text;
  const sqlOf = (column: string): OfRow => {
    const ours = as[column] ?? column;
    return typeof ours === 'string' ? columnNamed(ours) : ours;
  };
  const columns = Object.entries(text.columns).flatMap(([scalar, names]) =>
    names.split(' ').map((marked) => {
      const column = marked.replace('!', '');
      // The keys of `columns` are scalars.
      return [column, { scalar: scalar as ColumnScalar, nullable: column === marked, sql: sqlOf(column) }] as const;
    }),
  );
  const tenant = text.tenant ?? 'tenant_id';
  return {
    name,
    columns: sortedByName(columns),
    relations: sortedByName([
      ...relationsOf(objects, (to, by) => ({
        kind: 'object',
        to: to.replace('!', ''),
        nullable: !to.endsWith('!'),
        ours: by,
        theirs: 'id',
      })),
      ...relationsOf(arrays, (to, by) => ({ kind: 'array', to, nullable: false, ours: 'id', theirs: by })),
    ]),
    shown,
    tenant: sqlOf(tenant),
    knowsTenant: typeof (as[tenant] ?? tenant) === 'string',
    lastKeys,
    hasPrimaryKey,
    from: text.from ?? sql.table(name),
  };
}

const relationsOf = (
  texts: { readonly [relation: string]: string },
  read: (to: string, by: string) => Prefect1Relation,
) =>
  Object.entries(texts).map(([relation, text]) => {
    const [to = '', by = ''] = text.split(' ');
    return [relation, read(to, by)] as const;
  });
