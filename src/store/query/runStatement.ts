import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';
import { type Queryable, statement } from '../connection/database.ts';

// Kysely is used as a compiler only: it numbers the parameters of nested fragments. It opens no connection.
const compiler = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** Runs a statement made of fragments. Its text varies, and preparedNames.ts limits how many texts are prepared. */
export function runStatement<Row>(database: Queryable, name: string, query: RawBuilder<unknown>): Promise<Row[]> {
  const { sql, parameters } = query.compile(compiler);
  return database.query<Row>(statement(name, sql), parameters);
}
