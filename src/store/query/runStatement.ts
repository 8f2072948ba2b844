import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';
import { type Queryable, statement } from '../connection/database.ts';

// Kysely only compiles here: it numbers the parameters of nested fragments. Connections are ours.
const compiler = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** Runs a statement that was put together from fragments. Its text varies; the database bounds how many it prepares. */
export function runStatement<Row>(database: Queryable, name: string, query: RawBuilder<unknown>): Promise<Row[]> {
  const { sql, parameters } = query.compile(compiler);
  return database.query<Row>(statement(name, sql), parameters);
}
