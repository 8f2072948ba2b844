import { DETAIL_NAMES } from '../values.ts';

// Selections of the native API under the names of values.ts.

export const STATE = `id type name timestamp message data details { ${DETAIL_NAMES.join(' ')} }`;

const RUN = `
  id updated name stateType stateName runCount expectedStartTime nextScheduledStartTime startTime endTime tags labels
  totalRunTime: totalRunTimeSeconds estimatedRunTime: estimatedRunTimeSeconds lateness: latenessSeconds
  state { ${STATE} }`;

export const FLOW_RUN = `${RUN}
  workPoolId workPoolName workQueueId workQueueName
  flowId deploymentId parentTaskRunId parameters idempotencyKey infrastructurePid jobVariables flowVersion
  policy { retries retryDelay: retryDelaySeconds retryType pauseKeys resuming }`;

export const TASK_RUN = `${RUN}
  flowRunId taskKey dynamicKey flowRunRunCount cacheKey
  policy { retries retryDelay: retryDelaySeconds retryJitterFactor }`;

export const LOG = 'name level message timestamp flowRunId taskRunId';
