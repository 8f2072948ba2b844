import { type Queryable, statement } from './database.ts';

const NOTIFY = statement('notify', 'select pg_notify($1, payload) from unnest($2::text[]) as payload');

/** PostgreSQL rejects a payload of this many bytes or more. */
export const MAX_PAYLOAD_BYTES = 8000;

/** Sends payloads to all listeners of the channel, in one statement. */
export async function notify(database: Queryable, channel: string, payloads: readonly string[]): Promise<void> {
  await database.query(NOTIFY, [channel, payloads]);
}
