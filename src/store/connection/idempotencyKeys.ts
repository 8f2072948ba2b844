import type { Json } from '../../core/values/jsonObject.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { type Queryable, statement, type Transaction } from './database.ts';

/** A request that has one effect even if it is sent repeatedly: the mutation, the key, and a hash of the content. */
export interface KeyedRequest {
  tenantId: string;
  operation: string;
  key: string;
  /** SHA-256 of the request's content. The same key with other content is the caller's mistake. */
  requestHash: string;
}

export interface KeptAnswer extends KeyedRequest {
  answer: Json;
}

export const requestKey = ({ tenantId, operation, key }: KeyedRequest) => JSON.stringify([tenantId, operation, key]);

const READ = statement(
  'idempotencyKeys.read',
  `select k.tenant_id as "tenantId", k.operation, k.key, k.request_hash as "requestHash", k.answer
   from unnest($1::uuid[], $2::text[], $3::text[]) as wanted(tenant_id, operation, key)
   join idempotency_key k using (tenant_id, operation, key)`,
);

/** Returns the stored answers to requests with these keys, by `requestKey`. */
export async function readAnswers(
  transaction: Queryable,
  wanted: readonly KeyedRequest[],
): Promise<Map<string, KeptAnswer>> {
  const rows = await transaction.query<KeptAnswer>(READ, [
    wanted.map(({ tenantId }) => tenantId),
    wanted.map(({ operation }) => operation),
    wanted.map(({ key }) => key),
  ]);
  return new Map(rows.map((row) => [requestKey(row), row]));
}

const LOCK = statement('idempotencyKeys.lock', 'select pg_advisory_xact_lock(hashtextextended($1, 0))');

/** Blocks other requests with this key until the transaction ends. */
export async function lockRequest(transaction: Queryable, request: KeyedRequest): Promise<void> {
  await transaction.query(LOCK, [requestKey(request)]);
}

const KEEP = statement(
  'idempotencyKeys.keep',
  `insert into idempotency_key (tenant_id, operation, key, request_hash, answer)
   select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[])`,
);

/**
 * Sends the statement that stores answers. If another process was faster, the transaction fails with a violated key,
 * and a retry finds the answer.
 */
export function keepAnswers(transaction: Transaction, kept: readonly KeptAnswer[]): void {
  // In the order of their keys, so that two processes with the same requests do not deadlock.
  const answers = [...kept].sort((a, b) => (requestKey(a) < requestKey(b) ? -1 : 1));
  transaction.send(KEEP, [
    answers.map(({ tenantId }) => tenantId),
    answers.map(({ operation }) => operation),
    answers.map(({ key }) => key),
    answers.map(({ requestHash }) => requestHash),
    answers.map(({ answer }) => writeJson(answer)),
  ]);
}

const FORGET = statement(
  'idempotencyKeys.forget',
  `delete from idempotency_key k using (
     select tenant_id, operation, key from idempotency_key
     where created < clock_timestamp() - make_interval(secs => $1) order by created limit $2
     for update skip locked
   ) old where k.tenant_id = old.tenant_id and k.operation = old.operation and k.key = old.key returning k.key`,
);

/** Deletes at most `limit` answers that are older than this many seconds. Returns how many were deleted. */
export async function forgetAnswers(database: Queryable, olderThanSeconds: number, limit: number): Promise<number> {
  return (await database.query(FORGET, [olderThanSeconds, limit])).length;
}
