// A process that runs an embedded PostgreSQL until SIGTERM, for tests that kill it.
import { startEmbeddedPostgres } from '../../src/store/embedded/embeddedPostgres.ts';

const dataDirectory = process.argv[2] ?? '';
const postgres = await startEmbeddedPostgres({ dataDirectory, log: console.error, durable: false });
process.once('SIGTERM', () => void postgres.stop());
console.log(postgres.url);
