import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Filter } from '../../core/filters/filter.ts';
import { type FilterParameters, filterSql } from './compileFilter.ts';
import type { FilterTableName } from './filterTables.ts';
import { readFilter } from './readFilter.ts';

/** A condition on the row `x` of a list. Its SQL depends on `shape` alone; the values are its parameters, in order. */
export interface ListRows {
  shape: string;
  values: readonly unknown[];
  /** Whether one plan is right for all values, in every order. */
  generic?: boolean;
  /** @param parameters stand in the place of the values */
  sql: (parameters: readonly unknown[], inside?: Inside) => RawBuilder<SqlBool>;
}

/** Where the condition is used. */
interface Inside extends Pick<FilterParameters, 'beyond'> {
  /** Whether the rows are the children of parents, and found by them. */
  hasParents?: boolean;
}

/** The rows of the tenant that match a filter. */
export function tenantRows(table: FilterTableName, tenantId: string, filter: Filter): ListRows {
  const read = readFilter(filter, { table, finds: true });
  const { shape } = read;
  if (shape === '')
    return {
      shape,
      values: [tenantId],
      generic: true,
      sql: ([tenant], { hasParents = false } = {}) => (hasParents ? ofTenant(tenant) : everyRowOf(tenant)),
    };
  return {
    shape,
    values: [tenantId, ...read.values],
    sql: ([tenant, ...values], { beyond } = {}) =>
      sql`${ofTenant(tenant)} and ${filterSql(read, 'x', { tenantId: tenant, values, beyond })}`,
  };
}

/**
 * If one tenant has nearly all rows, a plan for all tenants would walk along the primary key, and for another tenant past all
 * rows of the first. The range, which says the same again, makes PostgreSQL expect few rows: then it walks along an index
 * that begins with the tenant.
 */
const everyRowOf = (tenant: unknown): RawBuilder<SqlBool> =>
  sql`${ofTenant(tenant)} and x.tenant_id between ${tenant} and ${tenant}`;

const ofTenant = (tenant: unknown) => sql<SqlBool>`x.tenant_id = ${tenant}`;

/** All rows: for children, whose parents belong to the tenant. */
export const EVERY_ROW: ListRows = { shape: '', values: [], generic: true, sql: () => sql`true` };

/** The rows with a value in a column. */
export const rowsWith = (column: string, value: unknown): ListRows => ({
  shape: `${column}=`,
  values: [value],
  sql: ([given]) => sql`${sql.ref(`x.${column}`)} = ${given}`,
});
