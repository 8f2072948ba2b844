import type { RawBuilder } from 'kysely';
import { Problem } from '../../core/values/problem.ts';
import type { Queryable } from '../connection/database.ts';
import { runStatement } from '../query/runStatement.ts';

/** Class 22 of PostgreSQL's errors: data exceptions, such as an unreadable value or an invalid pattern. */
const DATA_EXCEPTION = /^22/;

/**
 * Runs a statement whose values PostgreSQL checks. The caller gets PostgreSQL's messages about them, as with Hasura.
 */
export async function prefect1Statement<Row>(
  database: Queryable,
  name: string,
  query: RawBuilder<unknown>,
): Promise<Row[]> {
  try {
    return await runStatement<Row>(database, `prefect1.${name}`, query);
  } catch (error) {
    if (error instanceof Error && 'code' in error && DATA_EXCEPTION.test(String(error.code)))
      throw new Problem('data-exception', error.message);
    throw error;
  }
}
