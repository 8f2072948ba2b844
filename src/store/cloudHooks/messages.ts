import type { Json } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { hadRow, TENANT_MATCHES } from '../tenants/tenantScope.ts';

export interface NewMessage {
  id: string;
  tenantId: string;
  type: string;
  content: Json;
}

const INSERT = statement(
  'messages.insert',
  'insert into message (id, tenant_id, type, content) values ($1, $2, $3, $4) on conflict (id) do nothing',
);

/** Leaves a message for a tenant. One that is there, by its id, stays as it is. */
export async function insertMessage(database: Queryable, { id, tenantId, type, content }: NewMessage): Promise<void> {
  await database.query(INSERT, [id, tenantId, type, JSON.stringify(content)]);
}

const SET_READ = statement(
  'messages.setRead',
  `update message set read = $3, updated = now() where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Whether there was such a message. */
export const setMessageRead = async (
  database: Queryable,
  tenantId: string | null,
  id: string,
  read: boolean,
): Promise<boolean> => hadRow(await database.query(SET_READ, [id, tenantId, read]));

const DELETE = statement('messages.delete', `delete from message where id = $1 and ${TENANT_MATCHES} returning id`);

export const deleteMessage = async (database: Queryable, tenantId: string | null, id: string): Promise<boolean> =>
  hadRow(await database.query(DELETE, [id, tenantId]));
