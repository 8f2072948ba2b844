import { setImmediate } from 'node:timers/promises';
import { checkParameters } from '../../core/checks/checkJson.ts';
import { checkName, refuse } from '../../core/checks/checkText.ts';
import { type DeploymentSchedule, MAX_SCHEDULES } from '../../core/schedules/deploymentSchedule.ts';
import {
  AHEAD,
  type DeploymentTimes,
  type DeploymentTimesRequest,
  deploymentTimes,
} from '../../core/schedules/deploymentTimes.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { newId } from '../writing/newId.ts';

/** A schedule as a caller requests it. */
export interface ScheduleRequest {
  schedule: DeploymentTimesRequest;
  /** A name that is unique among the deployment's schedules. */
  slug?: string | null;
  /** Default: true. */
  active?: boolean | null;
  maxScheduledRuns?: number | null;
  parameters?: JsonObject | null;
}

/** A schedule without its deployment. */
export type NewSchedule = Omit<DeploymentSchedule, 'created' | 'updated' | 'deploymentId'>;

/** Checks schedules and returns them as they are stored; throws BAD_USER_INPUT. */
export async function newSchedules(field: string, requests: readonly ScheduleRequest[]): Promise<NewSchedule[]> {
  if (requests.length > MAX_SCHEDULES)
    throw new Problem('LIMIT_EXCEEDED', `A deployment may have at most ${MAX_SCHEDULES} schedules.`, { field });
  const slugs = requests.flatMap(({ slug }) => slug ?? []);
  if (new Set(slugs).size < slugs.length) refuse(field, 'has two schedules with one slug.');
  const schedules: NewSchedule[] = [];
  for (const [index, request] of requests.entries()) {
    // Each may take milliseconds: other requests are answered in between.
    if (index > 0) await setImmediate();
    schedules.push(newSchedule(`${field}[${index}]`, request));
  }
  return schedules;
}

export function newSchedule(field: string, request: ScheduleRequest): NewSchedule {
  const { slug = null, active, maxScheduledRuns = null, parameters } = request;
  checkScheduleParts(field, request);
  return {
    id: newId(),
    slug,
    active: active ?? true,
    schedule: scheduleTimes(`${field}.schedule`, request.schedule),
    maxScheduledRuns,
    parameters: parameters ?? {},
  };
}

/** Everything except the times. */
export function checkScheduleParts(
  field: string,
  { slug, maxScheduledRuns, parameters }: Omit<ScheduleRequest, 'schedule'>,
): void {
  if (typeof slug === 'string') checkName(`${field}.slug`, slug);
  if (typeof maxScheduledRuns === 'number' && !(maxScheduledRuns >= 1 && maxScheduledRuns <= AHEAD.maxRuns))
    refuse(`${field}.maxScheduledRuns`, `must be between 1 and ${AHEAD.maxRuns}.`);
  if (parameters) checkParameters(`${field}.parameters`, parameters);
}

/** The times as they are stored. */
export const scheduleTimes = (field: string, request: DeploymentTimesRequest): DeploymentTimes =>
  deploymentTimes(field, request, Date.now() * 1000);
