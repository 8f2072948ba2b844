import type { ScheduleRequest } from '../../actions/deployments/scheduleRequest.ts';
import { count } from '../../core/checks/checkText.ts';
import { MAX_RULE_CHARACTERS } from '../../core/recurrences/recurrenceText.ts';
import { AHEAD, type DeploymentTimes } from '../../core/schedules/deploymentTimes.ts';
import { parseInstant } from '../../core/values/instant.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import type { InputFields } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { DeploymentScheduleType, DeploymentType } from '../building/objectTypes.ts';
import { relatedText } from '../building/sharedTexts.ts';

const TEXTS = {
  interval: 'The interval, in seconds. Flow runs are due at the anchor date, and at each interval before and after it.',
  days: 'Intervals of a day or more follow local time across clock changes; shorter ones count elapsed time.',
  anchor: 'For an interval: a time at which a flow run is due.',
  dayOr: 'For a cron expression: true if day of month or day of week must match, as in cron; false if both must match.',
  rrule:
    'iCalendar rules and dates (RFC 5545), in local time. Without DTSTART, a rule starts on 2020-01-01. Times that end ' +
    'with `Z` are in UTC. DTSTART may name the time zone, which must be that of the schedule if both are set.',
  change:
    'When clocks are set back, a time that occurs twice is due the first time; a cron expression with a wildcard as its ' +
    'hour is due both times. When they are set forward, a skipped time is due an hour later.',
  zone: 'The time zone, as an IANA name such as `Europe/Berlin`; null for UTC, or for the time zone of DTSTART.',
  active: 'Whether the server creates flow runs for the schedule. The server turns a schedule off after its last time.',
  parameters: 'Arguments of the flow, which override those of the deployment.',
};

/** Views any kind of schedule as one with optional fields. */
const part = (times: DeploymentTimes) =>
  times as { interval?: number; anchorDate?: string; cron?: string; dayOr?: boolean; rrule?: string };

const ScheduleType = builder.objectRef<DeploymentTimes>('Schedule').implement({
  description:
    'The times at which flow runs are due: an interval, a cron expression or iCalendar rules. The fields of the ' +
    'other kinds are null.',
  fields: (t) => ({
    intervalSeconds: t.float({
      nullable: true,
      description: `${TEXTS.interval} ${TEXTS.days}`,
      resolve: (times) => part(times).interval,
    }),
    anchorDate: t.field({
      type: 'DateTime',
      nullable: true,
      description: TEXTS.anchor,
      resolve: (times) => parseInstant(part(times).anchorDate ?? ''),
    }),
    cron: t.string({
      nullable: true,
      description: 'A cron expression, in local time.',
      resolve: (times) => part(times).cron,
    }),
    dayOr: t.boolean({
      nullable: true,
      description: TEXTS.dayOr,
      resolve: (times) => part(times).dayOr,
    }),
    rrule: t.string({ nullable: true, description: TEXTS.rrule, resolve: (times) => part(times).rrule }),
    timezone: t.exposeString('timezone', { nullable: true, description: TEXTS.zone }),
  }),
});

DeploymentScheduleType.implement({
  description:
    'When flow runs of a deployment are due. The server creates the flow runs ahead of time: at least ' +
    `${AHEAD.minRuns} and at least those of the next hour, but at most ${AHEAD.maxRuns} and none more than 100 days ` +
    'ahead.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the schedule was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the schedule was last changed.' }),
    deploymentId: t.exposeID('deploymentId', { description: 'The id of the deployment.' }),
    deployment: t.field({
      type: DeploymentType,
      nullable: true,
      description: relatedText('deployment'),
      resolve: ({ deploymentId }, _, { loaders }) => loaders.deployment.load(deploymentId),
    }),
    slug: t.exposeString('slug', {
      nullable: true,
      description: 'The name of the schedule, unique in its deployment; null if it has none.',
    }),
    active: t.exposeBoolean('active', { description: TEXTS.active }),
    schedule: t.expose('schedule', { type: ScheduleType, description: 'When flow runs are due.' }),
    maxScheduledRuns: t.exposeInt('maxScheduledRuns', {
      nullable: true,
      description:
        'How many flow runs of the schedule can wait at the same time; null if only the general limits apply.',
    }),
    parameters: t.expose('parameters', {
      type: 'JSONObject',
      description: TEXTS.parameters,
    }),
  }),
});

export const ScheduleInput = builder.inputType('ScheduleInput', {
  description:
    'The times at which flow runs are due. Exactly one of `intervalSeconds`, `cron` and `rrule` must be set. ' +
    'Invalid times, and schedules without a time in the future, fail with BAD_USER_INPUT. ' +
    TEXTS.change,
  fields: (t) => ({
    intervalSeconds: t.float({ description: `${TEXTS.interval} ${TEXTS.days} 1 second to 100 years.` }),
    anchorDate: t.field({
      type: 'AnchorDate',
      description: `${TEXTS.anchor} Defaults to now.`,
    }),
    cron: t.string({
      description:
        'A cron expression, in local time: five fields, or six with the seconds last, or a macro such as `@daily`. ' +
        'Ranges may wrap, as in `22-2` and `fri-mon`.',
    }),
    dayOr: t.boolean({ description: `${TEXTS.dayOr} Defaults to true.` }),
    rrule: t.string({ description: `${TEXTS.rrule} At most ${count(MAX_RULE_CHARACTERS)} characters.` }),
    timezone: t.string({ description: TEXTS.zone }),
  }),
});

/** The fields of a schedule in addition to its times. */
export const scheduleFields = (t: InputFields) => ({
  slug: t.string({ description: `The name of the schedule, unique in its deployment. ${LIMIT_TEXTS.name}` }),
  active: t.boolean({ description: TEXTS.active }),
  maxScheduledRuns: t.int({
    description:
      `How many flow runs of the schedule can wait at the same time: 1 to ${AHEAD.maxRuns}; null if only the ` +
      'general limits apply.',
  }),
  parameters: t.field({
    type: 'JSONObject',
    description: `${TEXTS.parameters} ${LIMIT_TEXTS.parameters}`,
  }),
});

export const DeploymentScheduleInput = builder.inputType('DeploymentScheduleInput', {
  description: 'A schedule of a deployment. Active by default.',
  fields: (t) => ({
    schedule: t.field({ type: ScheduleInput, required: true, description: 'When flow runs are due.' }),
    ...scheduleFields(t),
  }),
});

/** Returns the schedule of an input. Null fields are the same as omitted ones. */
export const scheduleRequest = ({
  schedule,
  ...rest
}: typeof DeploymentScheduleInput.$inferInput): ScheduleRequest => ({ ...given(rest), schedule: given(schedule) });
