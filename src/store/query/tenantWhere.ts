import type { RawBuilder, SqlBool } from 'kysely';
import type { Filter } from '../../core/filters/filter.ts';
import type { FilterTableName } from './filterTables.ts';
import { tenantRows } from './listRows.ts';

/** The condition that `x`, a row of this table, belongs to the tenant and matches the filter. */
export const tenantWhere = (table: FilterTableName, tenantId: string, filter: Filter): RawBuilder<SqlBool> => {
  const { values, sql } = tenantRows(table, tenantId, filter);
  return sql(values);
};
