import { visibleTenant } from '../../core/values/viewer.ts';
import { deleteMessage, setMessageRead } from '../../store/cloudHooks/messages.ts';
import type { Prefect1Doer, Prefect1Operations } from './prefect1Context.ts';
import { text } from './readInput.ts';

const markAs =
  (read: boolean): Prefect1Doer =>
  async ({ engine, viewer }, input) => ({
    success: await setMessageRead(engine.database, visibleTenant(viewer), text(input, 'message_id'), read),
  });

/** Messages that cloud hooks have stored. `success` is true if the message exists. */
export const messageOperations: Prefect1Operations = {
  mark_message_as_read: markAs(true),
  mark_message_as_unread: markAs(false),
  delete_message: async ({ engine, viewer }, input) => ({
    success: await deleteMessage(engine.database, visibleTenant(viewer), text(input, 'message_id')),
  }),
};
