import pg from 'pg';
import { connection } from './connection.ts';
import type { Database } from './database.ts';
import { orUnavailable } from './unavailable.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/**
 * Implements `Database.listen`. The first connection must succeed. A lost connection is reopened after increasing
 * delays.
 */
export async function openListener(
  url: string,
  channel: string,
  on: Parameters<Database['listen']>[1],
): Promise<{ close(): Promise<void> }> {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  async function connect(): Promise<void> {
    const fresh = new pg.Client(connection(url));
    let lost = false;
    const lose = () => {
      if (lost) return;
      lost = true;
      if (client === fresh) reconnectAfter(FIRST_DELAY_MS);
    };
    fresh.on('error', lose).on('end', lose);
    fresh.on('notification', ({ payload }) => on.message(payload ?? ''));
    try {
      await fresh.connect();
      await fresh.query(`listen ${pg.escapeIdentifier(channel)}`);
      if (lost) throw new Error('Connection terminated unexpectedly');
    } catch (error) {
      await fresh.end().catch(() => {});
      throw orUnavailable(error);
    }
    if (closed) return void (await fresh.end());
    client = fresh;
    on.connected();
  }

  function reconnectAfter(delayMs: number): void {
    client = null;
    if (closed) return;
    timer = setTimeout(
      () => connect().catch(() => reconnectAfter(Math.min(delayMs * 2, LONGEST_DELAY_MS))),
      // Plus up to half of the delay, so that many processes do not reconnect at the same time.
      delayMs * (1 + Math.random() / 2),
    );
  }

  await connect();
  return {
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      await client?.end();
    },
  };
}
