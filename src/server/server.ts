import { createServer, ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { Problem } from '../core/values/problem.ts';
import type { Database } from '../store/connection/database.ts';
import { anyApiKey } from '../store/tenants/apiKeys.ts';
import { createAuthentication } from './access/authentication.ts';
import { createBrowserGuard, isLoopback } from './access/browserGuard.ts';
import { type Answer, answerOf, SAFE_HEADERS } from './http/answer.ts';
import { createGraphiqlPage } from './http/graphiqlPage.ts';
import { createGraphqlListener } from './http/graphqlListener.ts';
import { createLogsCsvPage } from './http/logsCsvPage.ts';
import { acceptsEventStream, JSON_FORM } from './http/mediaType.ts';
import { createRequestListener, isGraphqlPath } from './http/requestListener.ts';
import { createYogaListener } from './http/yogaListener.ts';
import { listening } from './listening.ts';
import { RequestFault } from './observing/clientError.ts';
import { createObservations } from './observing/observations.ts';
import { createPresentError } from './observing/presentError.ts';
import { createDocumentCache } from './operations/documentCache.ts';
import { createOperations, type OperationParts } from './operations/operations.ts';
import { openWebSockets } from './sockets/webSockets.ts';

export interface ServerParts {
  database: Database;
  schema: GraphQLSchema;
  /** Creates the context of one execution. `variables` are as the client sent them. */
  contextOf: OperationParts['contextOf'];
  /** Rejects while the database is unavailable. */
  ready: () => Promise<void>;
  /** The number of writes that wait for the database. */
  waitingWrites: () => number;
  log: Logger;
}

export interface Server {
  /** For example `http://127.0.0.1:4200`. */
  url: string;
  /** Rejects new requests, finishes open ones, closes all connections. Resolves after at most `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

// Longer than the minute for which common load balancers keep a connection, so that the load balancer closes it first.
const KEEP_ALIVE_MS = 65_000;
const REQUEST_MS = 60_000;
const SWEEP_MS = 20;

/** Starts listening. Throws a Problem if the address is taken or invalid, or requires an API key and there is none. */
export async function startServer(config: Config, parts: ServerParts): Promise<Server> {
  const { database, schema, contextOf, ready, waitingWrites, log } = parts;
  const needsKey = !isLoopback(config.host) && !config.insecure;
  if (needsKey && !(await anyApiKey(database.keys)))
    throw new Problem(
      'FAILED_PRECONDITION',
      `To listen on ${config.host}, which other machines can reach, this server needs an API key, and there is none. ` +
        'Create one with `flowql key create --name <name> --role admin`, or set FLOWQL_INSECURE=true.',
    );

  const present = createPresentError(log);
  const authentication = createAuthentication(database.keys, needsKey);
  const guard = createBrowserGuard(config);
  const observations = createObservations(log, [
    { name: 'flowql_sockets', help: 'Number of open WebSockets.', read: () => sockets.count },
    { name: 'flowql_event_streams', help: 'Number of open server-sent event streams.', read: () => streams.size },
    { name: 'flowql_waiting_writes', help: 'Number of writes that wait for the database.', read: waitingWrites },
  ]);
  const documents = createDocumentCache(
    schema,
    {
      bytes: config.maxDocumentBytes,
      depth: config.maxDepth,
      tokens: config.maxTokens,
      aliases: config.maxAliases,
      fields: config.maxFields,
    },
    present,
  );
  const operations = createOperations({
    schema,
    documents,
    present,
    contextOf,
    limits: { rows: config.maxRows, values: config.maxValues },
    observations,
  });
  const sockets = openWebSockets({
    schema,
    operations,
    authentication,
    present,
    log,
    limits: {
      operationsPerSocket: config.maxSubscriptionsPerSocket,
      bufferedBytes: config.maxSocketBufferBytes,
      messageBytes: config.maxBodyBytes,
      uninitialised: config.maxUninitialisedSockets,
      initMs: config.initTimeoutMs,
      keepAliveMs: config.keepAliveMs,
    },
  });
  const graphql = createGraphqlListener({
    operations,
    authentication,
    throughYoga: createYogaListener(operations),
    maxBodyBytes: config.maxBodyBytes,
    keepAliveMs: config.keepAliveMs,
    maxEventStreams: config.maxSockets,
  });
  let isStopping = false;
  /**
   * A client must not send its next request on a connection that is about to close: it could not know the outcome. A set
   * of all open responses would cost more than it looks: its outgrown tables keep what was in them until the next major
   * garbage collection, and each collection in between copies it.
   */
  class Response extends ServerResponse {
    /** The types stand for all forms that Node accepts. */
    override writeHead(status: number, reason?: never, headers?: never): this {
      if (isStopping) this.shouldKeepAlive = false;
      return super.writeHead(status, reason, headers);
    }
  }
  const http = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS, ServerResponse: Response },
    createRequestListener({
      graphql,
      logsCsv: createLogsCsvPage(database, authentication),
      graphiql: createGraphiqlPage(),
      authentication,
      guard,
      observations,
      ready,
      present,
      log,
    }),
  );

  const streams = new Set<ServerResponse>();
  http.on('request', (request, response) => {
    if (!acceptsEventStream(request.headers.accept)) return;
    streams.add(response);
    response.once('close', () => streams.delete(response));
  });
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const accepted = async () => {
      if (!isGraphqlPath(request.url)) throw new RequestFault(404, 'NOT_FOUND', 'WebSockets are at /graphql.');
      if (sockets.count >= config.maxSockets)
        throw new Problem(
          'UNAVAILABLE',
          `This server has reached its limit of ${config.maxSockets} WebSockets. Try again later.`,
        );
      guard.check(request, await authentication.isOpen());
      sockets.accept(request, socket, head);
    };
    accepted().catch((error) => refuseUpgrade(socket, answerOf({ errors: [present(error)] }, JSON_FORM)));
  });

  const { port } = await listening(http, config).catch(async (error) => {
    await sockets.close(0);
    throw error;
  });
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    url: `http://${host}:${port}`,
    async stop(withinMs) {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      // After its response, a keep-alive connection would stay open and delay the stop.
      const sweep = setInterval(() => http.closeIdleConnections(), SWEEP_MS);
      const deadline = setTimeout(() => http.closeAllConnections(), withinMs);
      isStopping = true;
      // Destroyed, not ended: clients take a regular end for completion, and reconnect after a broken connection.
      for (const stream of streams) stream.destroy();
      await Promise.all([sockets.close(withinMs), closed]);
      clearInterval(sweep);
      clearTimeout(deadline);
    },
  };
}

function refuseUpgrade(socket: Duplex, { status, headers, body }: Answer): void {
  const lines = Object.entries({
    ...SAFE_HEADERS,
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
}
