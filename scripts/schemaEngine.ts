// Prisma's schema engine, which compares schemas and writes migrations. Its binary is not on npm; the same engine as
// WebAssembly is, as an internal package whose interface may change. So only developers and tests use it, at one exact
// version. The server applies migrations with src/store/connection/migrate.ts.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlQuery,
} from '@prisma/driver-adapter-utils';
import type { DiffTarget, SchemaContainer, SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';

const SCHEMA_FILE = fileURLToPath(new URL('../prisma/schema.prisma', import.meta.url));

export const readSchema = (): Promise<string> => readFile(SCHEMA_FILE, 'utf8');

/** Returns the SQL that changes the database at `url` to match the Prisma schema; empty if it already does. */
export async function schemaDifference(url: string, schema: string): Promise<string> {
  const pool = openPool(url);
  try {
    const file: SchemaContainer = { path: SCHEMA_FILE, content: schema };
    const engine = await openEngine(pool, file);
    const from: DiffTarget = { tag: 'schemaDatasource', files: [file], configDir: '.' };
    const to: DiffTarget = { tag: 'schemaDatamodel', files: [file] };
    const filters = { externalTables: ['public._prisma_migrations'], externalEnums: [] };
    const { stdout } = await engine.diff({ from, to, script: true, exitCode: null, filters });
    return isEmpty(stdout ?? '') ? '' : (stdout ?? '');
  } finally {
    await pool.end();
  }
}

/** If nothing differs, the engine returns only a comment. */
const isEmpty = (sql: string) => sql.split('\n').every((line) => line.trim() === '' || line.startsWith('--'));

async function openEngine(pool: pg.Pool, schema: SchemaContainer): Promise<SchemaEngine> {
  const glue = await loadEngine();
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => withCharacters(await connect());
  return glue.SchemaEngine.new(
    { datamodels: [[schema.path, schema.content]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

interface Glue {
  SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

let loaded: Promise<Glue> | undefined;

/** Loads the WebAssembly by hand: the package imports it as a module, which Node 20 does not support. */
function loadEngine(): Promise<Glue> {
  loaded ??= (async () => {
    const script = import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    // The package's declarations omit the exports that its own start script uses.
    const glue = (await import(script)) as Glue & WebAssembly.ModuleImports;
    const wasm = await readFile(fileURLToPath(script.replace(/\.js$/, '.wasm')));
    const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue });
    glue.__wbg_set_wasm(instance.exports);
    (instance.exports.__wbindgen_start as () => void)();
    // The engine reports panics to this global.
    Object.assign(globalThis, {
      PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error(message) },
    });
    return glue;
  })();
  return loaded;
}

/**
 * The columns of the internal type "char" (oid 18) in each result, by the array of its rows. The engine reads
 * PostgreSQL's catalogs, which have such columns, and needs them declared as characters. Prisma's adapter rejects the
 * type. So the pool reports them to the adapter as char(n), and the wrapped adapter corrects the type. Both see the
 * same array of rows.
 */
const characterColumns = new WeakMap<object, number[]>();

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  const query = pool.query.bind(pool) as (config: unknown) => Promise<pg.QueryArrayResult>;
  const patched = async (config: unknown) => {
    const result = await query(config);
    const characters = result.fields.flatMap((field, column) =>
      field.dataTypeID === pg.types.builtins.CHAR ? [column] : [],
    );
    for (const column of characters)
      Object.assign(result.fields[column] ?? {}, { dataTypeID: pg.types.builtins.BPCHAR });
    characterColumns.set(result.rows, characters);
    return result;
  };
  return Object.assign(pool, { query: patched });
}

function withCharacters<Adapter extends SqlDriverAdapter>(adapter: Adapter): Adapter {
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query: SqlQuery) => {
    const result = await queryRaw(query);
    for (const column of characterColumns.get(result.rows) ?? []) result.columnTypes[column] = ColumnTypeEnum.Character;
    return result;
  };
  return adapter;
}
