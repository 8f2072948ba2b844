import { agentOperations } from './operations/agentOperations.ts';
import { artifactOperations } from './operations/artifactOperations.ts';
import { cloudHookOperations } from './operations/cloudHookOperations.ts';
import { flowGroupOperations } from './operations/flowGroupOperations.ts';
import { flowOperations } from './operations/flowOperations.ts';
import { flowRunOperations } from './operations/flowRunOperations.ts';
import { logOperations } from './operations/logOperations.ts';
import { messageOperations } from './operations/messageOperations.ts';
import { operationFields, type Prefect1Fields, type SharedScalars } from './operations/operationFields.ts';
import type { Prefect1Operations } from './operations/prefect1Context.ts';
import { projectOperations } from './operations/projectOperations.ts';
import { referenceOperations } from './operations/referenceOperations.ts';
import { stateOperations } from './operations/stateOperations.ts';
import { taskRunInfoOperations } from './operations/taskRunInfoOperations.ts';
import { taskRunOperations } from './operations/taskRunOperations.ts';
import { tenantOperations } from './operations/tenantOperations.ts';
import { readQueryFields } from './reads/readFields.ts';

/** The implementation of every operation in the tables. */
export const OPERATIONS: Prefect1Operations = {
  ...referenceOperations,
  ...tenantOperations,
  ...projectOperations,
  ...flowOperations,
  ...flowGroupOperations,
  ...flowRunOperations,
  ...stateOperations,
  ...taskRunOperations,
  ...taskRunInfoOperations,
  ...logOperations,
  ...artifactOperations,
  ...agentOperations,
  ...messageOperations,
  ...cloudHookOperations,
};

/** Returns the fields and types of the Prefect 1 dialect: operations and reads of tables. */
export function prefect1Dialect(shared: SharedScalars): Prefect1Fields {
  const { query, mutation, types } = operationFields(shared, OPERATIONS);
  return { query: { ...query, ...readQueryFields }, mutation, types };
}
