import type { Duplex } from 'node:stream';
import pg from 'pg';

const TIMEOUT_MS = 5_000;

/** What the types of `pg` lack. A connected client knows its process on the server, and how it was reached. */
interface ConnectedClient {
  processID: number;
  secretKey: number;
  host: string;
  port: number;
  ssl: pg.ClientConfig['ssl'];
  sslNegotiation: 'postgres' | 'direct';
}
interface Wire {
  readonly stream: Duplex;
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
  on(event: 'connect' | 'sslconnect' | 'end', listener: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}

/**
 * Asks PostgreSQL, on a connection of its own, to cancel the statement that a client is executing. Resolves when the
 * server has closed that connection: its process has been signalled by then, so a statement that is sent later is not
 * affected. A process without a statement ignores the signal.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function cancelStatement(client: pg.PoolClient): Promise<void> {
  const { processID, secretKey, host, port, ssl, sslNegotiation } = client as unknown as ConnectedClient;
  // `pg.Client.cancel` does the same, but does not tell when the request has arrived.
  const wire = new pg.Connection({ ssl, sslNegotiation } as pg.ConnectionConfig) as unknown as Wire;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error('the request to cancel a statement got no answer')), TIMEOUT_MS);
    const fail = (error: Error) => {
      clearTimeout(timer);
      wire.stream.destroy();
      reject(error);
    };
    const send = () => wire.cancel(processID, secretKey);
    wire.on('connect', () => {
      if (!ssl) send();
      else if (sslNegotiation !== 'direct') wire.requestSsl();
    });
    wire.on('sslconnect', send);
    wire.on('error', fail);
    wire.on('end', () => {
      clearTimeout(timer);
      resolve();
    });
    if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`);
    else wire.connect(port, host);
  });
}
