import { type RawBuilder, sql } from 'kysely';
import type { TagTable } from '../query/filterTables.ts';

/** A column scalar of Prefect 1's schema. It also names the PostgreSQL type. */
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

/** An expression over the row with this alias. */
export type OfRow = (row: string) => RawBuilder<unknown>;

export interface Prefect1Column {
  scalar: ColumnScalar;
  nullable: boolean;
  sql: OfRow;
  /** The table of tags, if the column is a list of tags. */
  tags: TagTable | null;
}

export interface Prefect1Relation {
  /** `object`: at most one row; `array`: any number of rows. */
  kind: 'object' | 'array';
  to: string;
  nullable: boolean;
  /** The columns of the join, with our tables' names: one of this table, one of the related table. */
  ours: string;
  theirs: string;
}

export interface Prefect1Table {
  name: string;
  columns: { readonly [column: string]: Prefect1Column };
  relations: { readonly [relation: string]: Prefect1Relation };
  /** The condition for rows that Prefect 1 clients know. */
  shown: OfRow | null;
  tenant: OfRow;
  /** Whether the tenant is a column of the row itself, so that filtering by it is cheap. */
  knowsTenant: boolean;
  /** Our columns that end every order, and the default order: ids sort in the order of creation. */
  lastKeys: readonly string[];
  hasPrimaryKey: boolean;
  /** The SQL after `from`, if the rows are not a table of ours. */
  from: RawBuilder<unknown>;
}

/** A table as declared in prefect1Tables.ts. */
export interface TableText {
  /** Column names by scalar; `!` marks columns that are never null. */
  columns: { readonly [Scalar in ColumnScalar]?: string };
  /** Columns with another name in our tables, or computed. */
  as?: { readonly [column: string]: string | OfRow };
  /** `to! by`: the related table, `!` if there is always a row, and our column that holds its id. */
  objects?: { readonly [relation: string]: string };
  /** `to by`: the related table, and its column that holds our id. */
  arrays?: { readonly [relation: string]: string };
  shown?: OfRow;
  /** The column that is a list of tags, and the table that lists them. */
  tags?: { column: string; table: TagTable };
  /** The jsonb column whose values only clients that may write can read. */
  secret?: string;
  tenant?: string;
  lastKeys?: readonly string[];
  hasPrimaryKey?: boolean;
  from?: RawBuilder<unknown>;
}

const columnNamed =
  (name: string): OfRow =>
  (row) =>
    sql.ref(`${row}.${name}`);

/** Sorted by name, as Hasura's schema was. */
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
      const tags = text.tags?.column === column ? text.tags.table : null;
      return [
        column,
        { scalar: scalar as ColumnScalar, nullable: column === marked, sql: sqlOf(column), tags },
      ] as const;
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
