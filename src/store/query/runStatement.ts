import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';
import { Problem } from '../../core/values/problem.ts';
import { type Queryable, statement } from '../connection/database.ts';

/** PostgreSQL's protocol counts them in 16 bits. With more, the connection would break. */
const MAX_PARAMETERS = 65_535;

// Kysely is used as a compiler only: it numbers the parameters of nested fragments. It opens no connection.
const compiler = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** Compiles a statement made of fragments. Throws LIMIT_EXCEEDED for too many parameters. */
export function compiledStatement(query: RawBuilder<unknown>): { text: string; parameters: readonly unknown[] } {
  const { sql: text, parameters } = query.compile(compiler);
  if (parameters.length > MAX_PARAMETERS)
    throw new Problem('LIMIT_EXCEEDED', 'The request has too many values for one statement of the database.');
  return { text, parameters };
}

/** Runs a statement made of fragments. Its text varies, and preparedNames.ts limits how many texts are prepared. */
export function runStatement<Row>(database: Queryable, name: string, query: RawBuilder<unknown>): Promise<Row[]> {
  const { text, parameters } = compiledStatement(query);
  return database.query<Row>(statement(name, text), parameters);
}
