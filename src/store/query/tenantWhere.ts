import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Filter } from '../../core/filters/filter.ts';
import { columnsOf, compileFilter } from './compileFilter.ts';
import type { FilterTableName } from './filterTables.ts';

/** The condition that `x`, a row of this table, belongs to the tenant and matches the filter. */
export const tenantWhere = (table: FilterTableName, tenantId: string, filter: Filter): RawBuilder<SqlBool> =>
  sql`${columnsOf('x')('tenantId')} = ${tenantId} and ${compileFilter(filter, table, 'x', tenantId)}`;
