import type { Instant } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';
import type { DeploymentTimes } from './deploymentTimes.ts';

/** A schedule that creates runs of a deployment. */
export interface DeploymentSchedule {
  id: string;
  created: Instant;
  updated: Instant;
  deploymentId: string;
  /** A name, unique among the schedules of the deployment. */
  slug: string | null;
  active: boolean;
  schedule: DeploymentTimes;
  /** The maximum number of waiting runs; null for as many as are created ahead. */
  maxScheduledRuns: number | null;
  /** They override the parameters of the deployment. */
  parameters: JsonObject;
}

/** The maximum number of schedules of a deployment. */
export const MAX_SCHEDULES = 100;
