import type { RawBuilder } from 'kysely';
import { Problem } from '../../core/values/problem.ts';
import type { Queryable } from '../connection/database.ts';
import { runStatement } from '../query/runStatement.ts';

/** Class 22 of PostgreSQL's errors: a value that it cannot read, a pattern that is none. */
const DATA_EXCEPTION = /^22/;

/** Runs a statement whose values PostgreSQL judges. What it says of them is the caller's to read, as it was with Hasura. */
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
