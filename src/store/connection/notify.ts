import { type Queryable, statement } from './database.ts';

const NOTIFY = statement('notify', 'select pg_notify($1, payload) from unnest($2::text[]) as payload');

/** A payload must be shorter than this, or PostgreSQL refuses it. */
export const MAX_PAYLOAD_BYTES = 8000;

/** Sends payloads to all who listen on the channel, in one statement. */
export async function notify(database: Queryable, channel: string, payloads: readonly string[]): Promise<void> {
  await database.query(NOTIFY, [channel, payloads]);
}
