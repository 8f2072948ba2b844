import type { Instant } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';
import type { DeploymentTimes } from './deploymentTimes.ts';

/** When runs of a deployment are due. */
export interface DeploymentSchedule {
  id: string;
  created: Instant;
  updated: Instant;
  deploymentId: string;
  /** A name among the schedules of the deployment. */
  slug: string | null;
  active: boolean;
  schedule: DeploymentTimes;
  /** How many of its runs may wait at once; null is as many as are made ahead. */
  maxScheduledRuns: number | null;
  /** They go over those of the deployment. */
  parameters: JsonObject;
}

/** How many schedules a deployment may have. */
export const MAX_SCHEDULES = 100;
