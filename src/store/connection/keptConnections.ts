import type pg from 'pg';
import { ReadConnection } from './readConnection.ts';

/** How long connections are kept without the pool's knowledge of whether they are used. */
const KEPT_MS = 10_000;

/**
 * Borrows connections from a pool and keeps them for the next statements. For each loan, `pg.Pool` starts and stops two
 * timers, registers listeners, and makes promises and functions: several microseconds of the ninety that reading one run
 * takes in this process. The caller has no more connections at a time than the pool has.
 */
export class KeptConnections {
  private readonly free: ReadConnection[] = [];
  private readonly known = new WeakMap<pg.PoolClient, ReadConnection>();
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;

  constructor(private readonly pool: pg.Pool) {}

  take(): ReadConnection | Promise<ReadConnection> {
    return this.free.pop() ?? this.borrow();
  }

  /** @param isUsable whether the connection can execute another statement */
  giveBack(connection: ReadConnection, isUsable: boolean): void {
    if (!isUsable || this.isClosed) return void connection.client.release(!isUsable);
    this.free.push(connection);
    // The pool closes those that it does not lend again.
    this.timer ??= setTimeout(() => this.returnFree(), KEPT_MS).unref();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.returnFree();
    await this.pool.end();
  }

  private async borrow(): Promise<ReadConnection> {
    const client = await this.pool.connect();
    const known = this.known.get(client);
    if (known) return known;
    const connection = new ReadConnection(client);
    this.known.set(client, connection);
    const lose = () => {
      const place = this.free.indexOf(connection);
      if (place >= 0) this.free.splice(place, 1);
      if (place >= 0) client.release(true);
    };
    client.on('error', lose).on('end', lose);
    return connection;
  }

  private returnFree(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    for (const { client } of this.free.splice(0)) client.release();
  }
}
