import { sameJson } from '../values/sameJson.ts';
import type { DeploymentSchedule } from './deploymentSchedule.ts';
import type { DeploymentTimes } from './deploymentTimes.ts';

/** What is stored of a schedule, apart from its deployment and its times of creation and update. */
type Schedule = Omit<DeploymentSchedule, 'created' | 'updated' | 'deploymentId'>;

/** A schedule of a deployment that is deployed again. */
export interface RedeployedSchedule extends Schedule {
  /** Whether the request has `active`. Otherwise a schedule that continues another stays as active as it was. */
  saysActive: boolean;
  /** Whether the request has an anchor. Otherwise an equal interval keeps its anchor: a new one would move its times. */
  saysAnchor: boolean;
}

export interface ContinuedSchedules {
  /** The schedules that go on, with their ids and their new content. */
  continued: Schedule[];
  added: Schedule[];
  /** Schedules whose runs are no longer wanted as they are: those that are missing now, and those that differ. */
  withdrawnIds: string[];
  missingIds: string[];
}

/**
 * Decides which schedules of a deployment go on when it is deployed again. The id of a schedule is part of the key that lets
 * each of its times have one run. With a new id, a time whose run a worker has already taken would get another run.
 *
 * A schedule goes on under the same slug, even at other times. Otherwise it is recognised by its times, if possible with the
 * same parameters.
 */
export function continueSchedules(
  known: readonly DeploymentSchedule[],
  wanted: readonly RedeployedSchedule[],
): ContinuedSchedules {
  const left = new Set(known);
  const continues = new Map<RedeployedSchedule, DeploymentSchedule>();
  for (const isSame of WAYS_TO_RECOGNISE)
    for (const one of wanted) {
      const found = continues.has(one) ? undefined : [...left].find((schedule) => isSame(schedule, one));
      if (found === undefined) continue;
      continues.set(one, found);
      left.delete(found);
    }
  const missingIds = [...left].map(({ id }) => id);
  const result: ContinuedSchedules = { continued: [], added: [], withdrawnIds: [...missingIds], missingIds };
  for (const one of wanted) {
    const { saysActive, saysAnchor, ...content } = one;
    const before = continues.get(one);
    if (before === undefined) {
      result.added.push(content);
      continue;
    }
    const active = saysActive ? content.active : before.active;
    const schedule = saysAnchor ? content.schedule : withAnchorOf(before.schedule, content.schedule);
    const after = { ...content, id: before.id, active, schedule };
    result.continued.push(after);
    if (!makesSameRuns(before, after)) result.withdrawnIds.push(before.id);
  }
  return result;
}

type Comparison = (known: DeploymentSchedule, wanted: RedeployedSchedule) => boolean;

const hasSameTimes: Comparison = (known, { schedule, saysAnchor }) =>
  sameTimes(known.schedule, saysAnchor ? schedule : withAnchorOf(known.schedule, schedule));

const WAYS_TO_RECOGNISE: readonly Comparison[] = [
  (known, { slug }) => slug !== null && known.slug === slug,
  (known, wanted) => hasSameTimes(known, wanted) && sameJson(known.parameters, wanted.parameters),
  hasSameTimes,
];

/** An interval of the same length keeps the anchor of another. */
const withAnchorOf = (known: DeploymentTimes, wanted: DeploymentTimes): DeploymentTimes =>
  'interval' in known && 'interval' in wanted && known.interval === wanted.interval
    ? { ...wanted, anchorDate: known.anchorDate }
    : wanted;

const inZone = (times: DeploymentTimes) => ({ ...times, timezone: times.timezone ?? 'UTC' });
const sameTimes = (one: DeploymentTimes, other: DeploymentTimes): boolean => sameJson(inZone(one), inZone(other));

const makesSameRuns = (one: Schedule, other: Schedule): boolean =>
  one.active === other.active &&
  one.maxScheduledRuns === other.maxScheduledRuns &&
  sameTimes(one.schedule, other.schedule) &&
  sameJson(one.parameters, other.parameters);
