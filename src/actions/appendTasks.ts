import type { SerializedTask } from '../core/serializedFlow.ts';
import { isUuid } from '../core/uuid.ts';
import type { Queryable } from '../store/database.ts';
import { type FlowOwner, insertTasks } from '../store/registeredTasks.ts';
import { newId } from './newId.ts';

/** Adds tasks to a flow, under the ids that the client gave them or new ones. */
export const appendTasks = (
  transaction: Queryable,
  owner: FlowOwner,
  tasks: readonly SerializedTask[],
): Promise<void> =>
  insertTasks(
    transaction,
    owner,
    tasks.map((task) => ({ ...task, id: task.id !== null && isUuid(task.id) ? task.id : newId() })),
  );
