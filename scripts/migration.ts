// npm run migrate -- diff           prints the SQL that the migrations lack to match prisma/schema.prisma
// npm run migrate -- create <name>  writes that SQL to a new migration, to be reviewed and completed by hand
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate, migrationsDirectory } from '../src/store/connection/migrate.ts';
import { startEmbeddedPostgres } from '../src/store/embedded/embeddedPostgres.ts';
import { readSchema, schemaDifference } from './schemaEngine.ts';

const NAME = /^[a-z][a-z0-9_]*$/;

const [command, name] = process.argv.slice(2);
if (command === 'diff') console.log((await difference()) || 'The migrations match prisma/schema.prisma.');
else if (command === 'create' && NAME.test(name ?? '')) console.log(await create(name ?? ''));
else {
  console.error('npm run migrate -- diff\nnpm run migrate -- create <name>   (lower-case letters, digits and _)');
  process.exitCode = 2;
}

async function create(subject: string): Promise<string> {
  const sql = await difference();
  if (!sql) return 'Nothing to do: the migrations match prisma/schema.prisma.';
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const directory = path.join(migrationsDirectory(), `${time}_${subject}`);
  await mkdir(directory);
  await writeFile(path.join(directory, 'migration.sql'), sql);
  return `Wrote ${directory}/migration.sql. Review it, and add what Prisma cannot express: checks, partial and expression indexes.`;
}

/** Compares on a temporary PostgreSQL, so that no existing database is changed. */
async function difference(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'flowql-migration-'));
  // If we are root, PostgreSQL runs as another user, who needs access.
  await chmod(directory, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory, log: () => {}, durable: false });
  try {
    await migrate(postgres.url);
    return await schemaDifference(postgres.url, await readSchema());
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
