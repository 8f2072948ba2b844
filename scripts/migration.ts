// npm run migrate -- diff           what the migrations lack to make what prisma/schema.prisma describes
// npm run migrate -- create <name>  writes that as a new migration, to be completed by hand and read with care
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate, migrationsDirectory } from '../src/store/connection/migrate.ts';
import { startEmbeddedPostgres } from '../src/store/embedded/embeddedPostgres.ts';
import { readSchema, schemaDifference } from './schemaEngine.ts';

const NAME = /^[a-z][a-z0-9_]*$/;

const [command, name] = process.argv.slice(2);
if (command === 'diff') console.log((await difference()) || 'The migrations make what prisma/schema.prisma describes.');
else if (command === 'create' && NAME.test(name ?? '')) console.log(await create(name ?? ''));
else {
  console.error('npm run migrate -- diff\nnpm run migrate -- create <name>   (small letters, digits and _)');
  process.exitCode = 2;
}

async function create(subject: string): Promise<string> {
  const sql = await difference();
  if (!sql) return 'Nothing to do: the migrations make what prisma/schema.prisma describes.';
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const directory = path.join(migrationsDirectory(), `${time}_${subject}`);
  await mkdir(directory);
  await writeFile(path.join(directory, 'migration.sql'), sql);
  return `Wrote ${directory}/migration.sql. Read it, and add what Prisma cannot say: checks, partial and expression indexes.`;
}

/** Against a PostgreSQL of the moment, so that nobody's database is touched. */
async function difference(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'flowql-migration-'));
  // As root we run PostgreSQL as another user, who must get in.
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
