import { agentOperations } from './agentOperations.ts';
import { artifactOperations } from './artifactOperations.ts';
import { cloudHookOperations } from './cloudHookOperations.ts';
import { flowGroupOperations } from './flowGroupOperations.ts';
import { flowOperations } from './flowOperations.ts';
import { flowRunOperations } from './flowRunOperations.ts';
import { logOperations } from './logOperations.ts';
import { messageOperations } from './messageOperations.ts';
import { operationFields, type Prefect1Fields, type SharedScalars } from './operationFields.ts';
import type { Prefect1Operations } from './prefect1Context.ts';
import { projectOperations } from './projectOperations.ts';
import { readQueryFields } from './readFields.ts';
import { referenceOperations } from './referenceOperations.ts';
import { stateOperations } from './stateOperations.ts';
import { taskRunInfoOperations } from './taskRunInfoOperations.ts';
import { taskRunOperations } from './taskRunOperations.ts';
import { tenantOperations } from './tenantOperations.ts';

/** Every operation that the tables name, with what does it. */
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

/** The fields and types of the Prefect 1 dialect: operations with their doers, and reads of tables. */
export function prefect1Dialect(shared: SharedScalars): Prefect1Fields {
  const { query, mutation, types } = operationFields(shared, OPERATIONS);
  return { query: { ...query, ...readQueryFields }, mutation, types };
}
