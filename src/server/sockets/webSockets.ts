import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import { CloseCode, type Context, handleProtocols, makeServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { type Authentication, authorizationOf, onRevoked } from '../access/authentication.ts';
import type { PresentError } from '../observing/presentError.ts';
import { type Operation, type Operations, OVER_SOCKETS } from '../operations/operations.ts';
import { requestOf } from '../operations/requestParams.ts';
import { boundedSocket } from './boundedSocket.ts';
import { type Deliver, delivered } from './delivered.ts';

export interface SocketLimits {
  /** Operations that one socket may have under way: subscriptions, and others that were not answered yet. */
  operationsPerSocket: number;
  /** What may wait in memory for a client that reads slowly. */
  bufferedBytes: number;
  messageBytes: number;
  /** How long a socket may wait with `connection_init`. */
  initMs: number;
}

export interface WebSockets {
  readonly count: number;
  /** Answers an upgrade that was found good. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells every client that the server goes away, so that it connects again, here or elsewhere. */
  close(withinMs: number): Promise<void>;
}

export interface SocketParts {
  schema: GraphQLSchema;
  operations: Operations;
  authentication: Authentication;
  present: PresentError;
  log: Logger;
  limits: SocketLimits;
}

interface Connection {
  /** When its client last said something, if only that it is there. */
  heardAt: number;
  /** Sends text; resolves when it has left. */
  send: (text: string) => Promise<void>;
  socket: WebSocket;
  request: IncomingMessage;
  viewer?: Viewer;
}

/** Of `connection_init`. */
type Parameters = Record<string, unknown>;

/** What is handed through graphql-ws to run one operation. */
interface Task {
  operation: Operation;
  deliver: Deliver;
}

// Shorter than the minute after which proxies and NATs forget a silent connection.
const KEEP_ALIVE_MS = 12_000;
// Our pings stand behind all that waits for a slow reader: it must not be taken for dead while it reads.
const DEAD_AFTER_MS = 60_000;
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;

/** The protocol is graphql-ws's; what is ours is bounds, keys, masking, and that events are written as JSON once for all. */
export function openWebSockets(parts: SocketParts): WebSockets {
  const { schema, operations, authentication, present, log, limits } = parts;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    handleProtocols,
  });
  const connections = new Set<Connection>();
  let isClosing = false;

  const protocol = makeServer<Parameters, Connection>({
    schema,
    connectionInitWaitTimeout: limits.initMs,
    async onConnect({ extra, connectionParams }) {
      const authorization = authorizationOf(connectionParams) ?? extra.request.headers.authorization;
      try {
        extra.viewer = await authentication.viewerOf(authorization);
        if (extra.socket.readyState !== extra.socket.OPEN) return false;
        const stopAsking = onRevoked(authentication, authorization, ({ message }) =>
          extra.socket.close(CloseCode.Unauthorized, message),
        );
        extra.socket.once('close', stopAsking);
        return true;
      } catch (error) {
        const { code, message } = present(error);
        extra.socket.close(
          code === 'UNAUTHENTICATED' ? CloseCode.Unauthorized : TRY_AGAIN_LATER,
          message.slice(0, 120),
        );
        return false;
      }
    },
    onSubscribe(context, id, payload) {
      try {
        const operation = begin(context, payload);
        if ('errors' in operation) return operation.errors;
        const deliver = (json: string) =>
          context.extra.send(`{"id":${JSON.stringify(id)},"type":"next","payload":${json}}`);
        return { schema, document: operation.read.document, contextValue: { operation, deliver } satisfies Task };
      } catch (error) {
        return [present(error)];
      }
    },
    // What `onSubscribe` put there comes back untouched.
    execute: ({ contextValue }) => operations.execute((contextValue as Task).operation),
    async subscribe({ contextValue }) {
      const { operation, deliver } = contextValue as Task;
      const events = await operations.subscribe(operation);
      return Symbol.asyncIterator in events ? delivered(events, deliver) : events;
    },
  });

  function begin({ extra, subscriptions }: Context<Parameters, Connection>, payload: unknown) {
    const request = requestOf(payload);
    if (!extra.viewer) throw new Problem('UNAUTHENTICATED', 'The connection was not initialised.');
    // This operation is among them.
    if (Object.keys(subscriptions).length > limits.operationsPerSocket)
      throw new Problem(
        'LIMIT_EXCEEDED',
        `This connection has ${limits.operationsPerSocket} operations under way, which is the limit.`,
        { limit: 'operationsPerSocket', max: limits.operationsPerSocket },
      );
    return operations.prepare(request, { viewer: extra.viewer, ...OVER_SOCKETS });
  }

  function opened(socket: WebSocket, request: IncomingMessage): void {
    const { send } = boundedSocket(socket, limits.bufferedBytes);
    const connection: Connection = { socket, request, send, heardAt: performance.now() };
    connections.add(connection);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send,
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) =>
          socket.on('message', (data) => {
            handle(String(data)).catch((error) => {
              log.debug({ err: error }, 'a message of a socket could not be handled');
              socket.close(CloseCode.BadRequest, 'Invalid message received');
            });
          }),
      },
      connection,
    );
    for (const sign of ['message', 'pong'] as const)
      socket.on(sign, () => {
        connection.heardAt = performance.now();
      });
    // Broken frames and over-long messages. ws closes the socket by itself, with the code for what happened.
    socket.on('error', (error) => log.debug({ err: error }, 'a socket failed'));
    socket.once('close', (code, reason) => {
      connections.delete(connection);
      closed(code, String(reason)).catch((error) => log.error({ err: error }, 'a socket could not be cleared away'));
    });
  }

  const timer = setInterval(() => {
    for (const { socket, heardAt } of connections)
      if (performance.now() - heardAt > DEAD_AFTER_MS) socket.terminate();
      else socket.ping();
  }, KEEP_ALIVE_MS);

  return {
    get count() {
      return connections.size;
    },
    accept(request, socket, head) {
      if (isClosing) socket.destroy();
      else server.handleUpgrade(request, socket, head, opened);
    },
    async close(withinMs) {
      isClosing = true;
      clearInterval(timer);
      const open = [...connections].map(({ socket }) => socket);
      // A client that is gone, or does not read, would not answer the closing.
      const deadline = setTimeout(() => {
        for (const socket of open) socket.terminate();
      }, withinMs);
      await Promise.all(open.map((socket) => closing(socket)));
      clearTimeout(deadline);
    },
  };
}

const closing = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.close(GOING_AWAY, 'Going away');
  });
