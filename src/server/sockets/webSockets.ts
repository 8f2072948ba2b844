import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { CloseCode, type Context, handleProtocols, makeServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { checkJsonSize } from '../../core/checks/checkJsonSize.ts';
import { Problem } from '../../core/values/problem.ts';
import { readJson } from '../../core/values/readJson.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { type Authentication, authorizationOf, onRevoked } from '../access/authentication.ts';
import { groupOf } from '../access/groupOf.ts';
import type { PresentError } from '../observing/presentError.ts';
import type { Events } from '../operations/eventsOfSource.ts';
import { LARGE_CHARACTERS, type Operation, type Operations, OVER_SOCKETS } from '../operations/operations.ts';
import { requestOf } from '../operations/requestParams.ts';
import { SharedResult } from '../operations/sharedExecution.ts';
import { boundedSocket } from './boundedSocket.ts';
import { closeNow } from './closeNow.ts';
import { type Deliver, delivered } from './delivered.ts';
import { limitUntilReady } from './limitUntilReady.ts';
import { type WaitingClients, waitingClients } from './waitingClients.ts';

export interface SocketLimits {
  /** Maximum number of operations in progress on one socket: subscriptions, queries and mutations. */
  operationsPerSocket: number;
  /** Maximum amount of unsent data for a slow client. */
  bufferedBytes: number;
  messageBytes: number;
  /** Maximum number of sockets whose API key is not yet checked. */
  uninitialised: number;
  /** How long to wait for `connection_init`. */
  initMs: number;
  /** How often each socket gets a ping. */
  keepAliveMs: number;
}

export interface WebSockets {
  readonly count: number;
  /** Completes the handshake of an upgrade request that was checked. Throws UNAVAILABLE if too many sockets wait. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket with code 1001, so that clients reconnect to this or another server. */
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
  /** When the last message or pong arrived. */
  heardAt: number;
  /** Resolves when the text is written. */
  send: (text: string) => Promise<void>;
  socket: WebSocket;
  request: IncomingMessage;
  /** The length of the last message. graphql-ws passes on its content only. */
  characters: number;
  viewer?: Viewer;
  ready: () => void;
  clients: WaitingClients;
}

/** The payload of `connection_init`. */
type Parameters = Record<string, unknown>;

/** Passed through graphql-ws as the context of one operation. */
interface Task {
  operation: Operation;
  deliver: Deliver;
}

// Pings queue after the data that a slow client has yet to read. It must not count as dead while it still reads.
const DEAD_AFTER_MS = 60_000;
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;

/** graphql-ws implements the protocol. We add limits, API keys, error masking, and events that are serialized once. */
export function openWebSockets(parts: SocketParts): WebSockets {
  const { schema, operations, authentication, present, log, limits } = parts;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    handleProtocols,
  });
  const connections = new Set<Connection>();
  const uninitialised = new Set<WebSocket>();
  let isClosing = false;

  const protocol = makeServer<Parameters, Connection>({
    schema,
    connectionInitWaitTimeout: limits.initMs,
    async onConnect({ extra, connectionParams }) {
      const authorization = authorizationOf(connectionParams) ?? extra.request.headers.authorization;
      try {
        extra.viewer = await authentication.viewerOf(authorization, extra.request.socket.remoteAddress);
        if (extra.socket.readyState !== extra.socket.OPEN) return false;
        extra.ready();
        const stopAsking = onRevoked(authentication, authorization, ({ message }) =>
          extra.socket.close(CloseCode.Unauthorized, message),
        );
        extra.socket.once('close', stopAsking);
        return true;
      } catch (error) {
        const { code, message } = present(error);
        const closeCode = code === 'UNAUTHENTICATED' ? CloseCode.Unauthorized : TRY_AGAIN_LATER;
        closeNow(extra.socket, closeCode, message.slice(0, 120));
        return false;
      }
    },
    async onSubscribe(context, id, payload) {
      const { characters } = context.extra;
      if (characters > LARGE_CHARACTERS) await operations.nextTurn();
      try {
        const operation = begin(context, { id, payload, characters });
        if ('errors' in operation) return operation.errors;
        const deliver = (json: string) =>
          context.extra.send(`{"id":${JSON.stringify(id)},"type":"next","payload":${json}}`);
        return { schema, document: operation.read.document, contextValue: { operation, deliver } satisfies Task };
      } catch (error) {
        return [present(error)];
      }
    },
    // graphql-ws passes the contextValue of `onSubscribe` on unchanged.
    async execute({ contextValue }) {
      const { operation, deliver } = contextValue as Task;
      return delivered(alone(await operations.execute(operation)), deliver);
    },
    async subscribe({ contextValue }) {
      const { operation, deliver } = contextValue as Task;
      const events = await operations.subscribe(operation);
      return Symbol.asyncIterator in events ? delivered(events, deliver) : events;
    },
  });

  function begin(
    { extra, subscriptions }: Context<Parameters, Connection>,
    { id, payload, characters }: { id: string; payload: unknown; characters: number },
  ) {
    const request = requestOf(payload, characters);
    if (!extra.viewer)
      throw new Problem('UNAUTHENTICATED', 'The connection is not initialised. Send `connection_init` first.');
    // `subscriptions` already includes this operation.
    if (Object.keys(subscriptions).length > limits.operationsPerSocket)
      throw new Problem(
        'LIMIT_EXCEEDED',
        `This connection has reached its limit of ${limits.operationsPerSocket} concurrent operations.`,
        { limit: 'operationsPerSocket', max: limits.operationsPerSocket },
      );
    const share = { group: groupOf(extra.viewer, extra.request), gone: extra.clients.begin(id, subscriptions) };
    return operations.prepare(request, { viewer: extra.viewer, share, budget: operations.budget(), ...OVER_SOCKETS });
  }

  function opened(socket: WebSocket, request: IncomingMessage): void {
    const { send } = boundedSocket(socket, limits.bufferedBytes);
    const lift = limitUntilReady(socket, request.socket);
    const ready = () => {
      uninitialised.delete(socket);
      lift();
    };
    const clients = waitingClients();
    const heardAt = performance.now();
    const connection: Connection = { socket, request, send, characters: 0, ready, clients, heardAt };
    connections.add(connection);
    uninitialised.add(socket);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send,
        close: (code, reason) => (connection.viewer ? socket.close(code, reason) : closeNow(socket, code, reason)),
        onMessage: (handle) =>
          socket.on('message', (data) => {
            handled(handle, String(data)).catch((error) => {
              log.debug({ err: error }, 'WebSocket message failed, closing the socket');
              socket.close(CloseCode.BadRequest, error instanceof Problem ? error.message : 'Invalid message received');
            });
          }),
      },
      connection,
    );
    async function handled(handle: (text: string) => Promise<void>, text: string): Promise<void> {
      checkJsonSize(text, 'The message');
      connection.characters = text.length;
      await handle(messageIn(text));
      clients.messageHandled();
    }
    for (const sign of ['message', 'pong'] as const)
      socket.on(sign, () => {
        connection.heardAt = performance.now();
      });
    // Invalid frames and messages that are too long. ws closes the socket itself, with the right code.
    socket.on('error', (error) => log.debug({ err: error }, 'WebSocket failed, closing it'));
    socket.once('close', (code, reason) => {
      connections.delete(connection);
      uninitialised.delete(socket);
      clients.socketClosed();
      closed(code, String(reason)).catch((error) => log.error({ err: error }, 'WebSocket cleanup failed'));
    });
  }

  const timer = setInterval(() => {
    for (const { socket, heardAt } of connections)
      if (performance.now() - heardAt > DEAD_AFTER_MS) socket.terminate();
      else socket.ping();
  }, limits.keepAliveMs);

  return {
    get count() {
      return connections.size;
    },
    accept(request, socket, head) {
      if (uninitialised.size >= limits.uninitialised)
        throw new Problem('UNAVAILABLE', 'Too many new WebSockets wait for `connection_init`. Try again later.');
      if (isClosing) socket.destroy();
      else server.handleUpgrade(request, socket, head, opened);
    },
    async close(withinMs) {
      isClosing = true;
      clearInterval(timer);
      const open = [...connections].map(({ socket }) => socket);
      // A client that is gone or does not read never answers the close frame.
      const deadline = setTimeout(() => {
        for (const socket of open) socket.terminate();
      }, withinMs);
      await Promise.all(open.map((socket) => closing(socket)));
      clearTimeout(deadline);
    },
  };
}

/** The result of a query or mutation, as the only event. */
async function* alone(result: ExecutionResult): Events {
  yield new SharedResult(result, null);
}

/** Parses a message, because graphql-ws would change numbers. graphql-ws rejects a text that is not JSON. */
function messageIn(text: string): string {
  try {
    return readJson(text) as string; // graphql-ws also takes a parsed message.
  } catch {
    return text;
  }
}

const closing = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.close(GOING_AWAY, 'Going away');
  });
