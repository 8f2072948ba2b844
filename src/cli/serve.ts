import { createHookDestinations } from '../actions/cloudHooks/hookDestinations.ts';
import { startEngine, stopEngine } from '../actions/startEngine.ts';
import type { Config } from '../config.ts';
import { checkAddress } from '../server/listening.ts';
import { createLogger } from '../server/observing/logger.ts';
import { oneSchema } from '../server/operations/oneSchema.ts';
import { createRequestContext } from '../server/operations/requestContext.ts';
import { startServer } from '../server/server.ts';
import { startLoops } from '../services/loops.ts';
import { migrate } from '../store/connection/migrate.ts';
import { openDatabase } from '../store/connection/openDatabase.ts';
import { startEmbeddedPostgres } from '../store/embedded/embeddedPostgres.ts';
import { anyApiKey } from '../store/tenants/apiKeys.ts';
import { openStreams } from '../streams/streams.ts';
import { backgroundLoops } from './backgroundLoops.ts';

/** Serves until a signal arrives. Resolves with the exit code. */
export async function serve(config: Config, version: string): Promise<number> {
  const log = createLogger(config.logLevel);
  const stopped = firstSignal();
  /** Close functions of everything that was opened, called in reverse order. */
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };

  try {
    await checkAddress(config);
    const url = config.databaseUrl ?? (await embeddedUrl());
    const { applied } = await migrate(url);
    if (applied.length > 0) log.info({ applied }, 'migrated the database');
    const database = await openDatabase({
      url,
      poolSize: config.poolSize,
      readTimeoutMs: config.readTimeoutMs,
      maxWaitingReads: config.maxWaitingReads,
    });
    closers.push(() => database.close());
    const streams = await openStreams(database, {
      pollMs: config.pollMs,
      onError: (error) => log.warn({ err: error }, 'stream read failed, will retry'),
    });
    closers.push(() => streams.close());
    const engine = startEngine(database, streams, {
      maxWaitingWrites: config.maxWaitingWrites,
      cloudHookAddresses: { twilio: config.twilioUrl, pagerDuty: config.pagerDutyUrl, links: config.linkUrl },
      hookDestinations: createHookDestinations(config.hookAllow),
    });
    closers.push(() => stopEngine(engine));
    const loops = startLoops(engine, backgroundLoops(config, log), (loop, error) =>
      log.warn({ err: error, loop }, 'loop iteration failed, will retry'),
    );
    closers.push(() => loops.stop());
    const server = await startServer(config, {
      database,
      schema: oneSchema({ prefect1: config.prefect1 }),
      contextOf: (...request) => createRequestContext(engine, ...request),
      // Ready when the database is available and has our tables.
      ready: async () => void (await anyApiKey(database.keys)),
      waitingWrites: () => Object.values(engine.writer).reduce((sum, { waitingJobs }) => sum + waitingJobs, 0),
      log,
    });
    closers.push(() => server.stop(config.stopTimeoutMs));
    log.info({ url: server.url, version }, 'listening');
    // After the start, which need not wait for it, so that no request waits for it either.
    database
      .warmUp()
      .catch((err) => log.warn({ err }, 'Prisma is not loaded; the first request that needs it loads it'));
    console.error(greeting(config, version, server.url));
  } catch (error) {
    await close();
    throw error;
  }

  const signal = await stopped;
  log.info({ signal }, 'stopping');
  const overdue = setTimeout(() => {
    log.error(`not stopped within ${config.stopTimeoutMs} ms (FLOWQL_STOP_TIMEOUT_MS), exiting`);
    process.exit(1);
  }, config.stopTimeoutMs + GRACE_MS);
  await close();
  clearTimeout(overdue);
  log.info('stopped');
  return 0;

  async function embeddedUrl(): Promise<string> {
    const postgres = await startEmbeddedPostgres({
      dataDirectory: config.dataDir,
      connections: config.poolSize,
      log: (sentence) => log.info(sentence),
    });
    closers.push(() => postgres.stop());
    return postgres.url;
  }
}

/** Time to stop PostgreSQL after the timeout for requests. */
const GRACE_MS = 5_000;

/** Resolves with the first SIGINT or SIGTERM. A second signal ends the process immediately. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let count = 0;
    const onSignal = (signal: NodeJS.Signals) => {
      count += 1;
      if (count > 1) process.exit(signal === 'SIGINT' ? 130 : 143);
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function greeting(config: Config, version: string, url: string): string {
  const data =
    config.databaseUrl === null ? `in ${config.dataDir} (embedded PostgreSQL)` : 'in the PostgreSQL at DATABASE_URL';
  return [
    `FlowQL ${version} answers at ${url}/graphql`,
    '  Open this address in a browser for GraphiQL with examples.',
    `  Data is stored ${data}.`,
    '  Press Ctrl-C to stop.',
  ].join('\n');
}
