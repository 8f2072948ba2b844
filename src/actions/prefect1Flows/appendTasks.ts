import type { SerializedTask } from '../../core/prefect1/serializedFlow.ts';
import { isUuid } from '../../core/values/uuid.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { type FlowOwner, insertTasks } from '../../store/prefect1Flows/registeredTasks.ts';
import { newId } from '../writing/newId.ts';

/** Adds tasks to a flow, with the ids that the client sent or with new ones. */
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
