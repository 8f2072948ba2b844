import type { Json } from '../../core/values/jsonObject.ts';
import type { Models } from '../connection/database.ts';
import { violates } from '../connection/databaseErrors.ts';
import { jsonColumn } from '../connection/jsonColumn.ts';
import { hadCount, ofTenant } from '../tenants/tenantScope.ts';

export interface NewMessage {
  id: string;
  tenantId: string;
  type: string;
  content: Json;
}

/** Stores a message for a tenant. A message with the same id stays unchanged, but fails a transaction. */
export async function insertMessage({ prisma }: Models, { id, tenantId, type, content }: NewMessage): Promise<void> {
  const data = { id, tenantId, type, content: jsonColumn(content) };
  await prisma.message.create({ data, select: { id: true } }).catch((error: unknown) => {
    if (!violates(error, 'message_pkey')) throw error;
  });
}

/** Returns whether there was such a message. */
export const setMessageRead = async (
  { prisma }: Models,
  tenantId: string | null,
  id: string,
  read: boolean,
): Promise<boolean> =>
  hadCount(await prisma.message.updateMany({ where: { id, ...ofTenant(tenantId) }, data: { read } }));

export const deleteMessage = async ({ prisma }: Models, tenantId: string | null, id: string): Promise<boolean> =>
  hadCount(await prisma.message.deleteMany({ where: { id, ...ofTenant(tenantId) } }));
