import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Filter } from '../../core/filters/filter.ts';
import { columnsOf, compileFilter } from './compileFilter.ts';
import type { FilterTableName } from './filterTables.ts';

/** The condition on `x`, a row of this table, that it is the tenant's and passes the filter. */
export const tenantWhere = (table: FilterTableName, tenantId: string, filter: Filter): RawBuilder<SqlBool> =>
  sql`${columnsOf('x')('tenantId')} = ${tenantId} and ${compileFilter(filter, table, 'x', tenantId)}`;
