import type { ScheduleRequest } from '../../actions/deployments/scheduleRequest.ts';
import { AHEAD, type DeploymentTimes, MAX_RULE_CHARACTERS } from '../../core/schedules/deploymentTimes.ts';
import { parseInstant } from '../../core/values/instant.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import type { InputFields } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { DeploymentScheduleType, DeploymentType } from '../building/objectTypes.ts';

const TEXTS = {
  interval: 'Runs are due at the anchor, and every so many seconds before and after it.',
  days: 'From a day on, intervals keep to the clock on the wall; shorter ones are time that passes.',
  dayOr: 'Whether one of day of the month and day of the week is enough, as in cron, or both must be met.',
  rrule: 'Rules and dates of iCalendar (RFC 5545), their times on the clock on the wall; without DTSTART from 2020 on.',
  zone: 'The time zone, by its IANA name such as `Europe/Berlin`, or an offset such as `+02:00`; UTC where it is null.',
};

/** Any kind of schedule, seen as one that may have the field or not. */
const part = (times: DeploymentTimes) =>
  times as { interval?: number; anchorDate?: string; cron?: string; dayOr?: boolean; rrule?: string };

const ScheduleType = builder.objectRef<DeploymentTimes>('Schedule').implement({
  description:
    'Times at which runs are due: of an interval, of a cron text, or of rules. Other kinds’ fields are null.',
  fields: (t) => ({
    intervalSeconds: t.float({
      nullable: true,
      description: `${TEXTS.interval} ${TEXTS.days}`,
      resolve: (times) => part(times).interval,
    }),
    anchorDate: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Of an interval: a time at which a run is due.',
      resolve: (times) => parseInstant(part(times).anchorDate ?? ''),
    }),
    cron: t.string({
      nullable: true,
      description: 'A cron text, read on the clock on the wall.',
      resolve: (times) => part(times).cron,
    }),
    dayOr: t.boolean({
      nullable: true,
      description: `Of a cron text. ${TEXTS.dayOr}`,
      resolve: (times) => part(times).dayOr,
    }),
    rrule: t.string({ nullable: true, description: TEXTS.rrule, resolve: (times) => part(times).rrule }),
    timezone: t.exposeString('timezone', { nullable: true, description: TEXTS.zone }),
  }),
});

DeploymentScheduleType.implement({
  description: `When runs of a deployment are due. Its next runs are kept waiting: at least ${AHEAD.minRuns} and those of an hour, at most ${AHEAD.maxRuns} and those of 100 days.`,
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the schedule was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the schedule was last changed.' }),
    deploymentId: t.exposeID('deploymentId', { description: 'The id of the deployment.' }),
    deployment: t.field({
      type: DeploymentType,
      nullable: true,
      description: 'The deployment; null where it has been deleted since.',
      resolve: ({ deploymentId }, _, { loaders }) => loaders.deployment.load(deploymentId),
    }),
    slug: t.exposeString('slug', { nullable: true, description: 'A name among the schedules of the deployment.' }),
    active: t.exposeBoolean('active', { description: 'Whether runs are made for it.' }),
    schedule: t.expose('schedule', { type: ScheduleType, description: 'Its times.' }),
    maxScheduledRuns: t.exposeInt('maxScheduledRuns', {
      nullable: true,
      description: 'How many of its runs may wait at once; null is as many as are made ahead.',
    }),
    parameters: t.expose('parameters', {
      type: 'JSONObject',
      description: 'The arguments of the flow, over those of the deployment.',
    }),
  }),
});

export const ScheduleInput = builder.inputType('ScheduleInput', {
  description:
    'Times at which runs are due: exactly one of `intervalSeconds`, `cron` and `rrule`; anything else is BAD_USER_INPUT. ' +
    'So is a schedule whose next times take too long to find.',
  fields: (t) => ({
    intervalSeconds: t.float({ description: `${TEXTS.interval} ${TEXTS.days} 1 second to 100 years.` }),
    anchorDate: t.field({
      type: 'DateTime',
      description: 'Of an interval: a time at which a run is due; the present where it is left out.',
    }),
    cron: t.string({ description: 'Five fields of cron, or six with the seconds last; or `@daily` and the like.' }),
    dayOr: t.boolean({ description: `Of a cron text. ${TEXTS.dayOr} True where it is left out.` }),
    rrule: t.string({ description: `${TEXTS.rrule} At most ${MAX_RULE_CHARACTERS} characters.` }),
    timezone: t.string({ description: TEXTS.zone }),
  }),
});

/** What schedules have beside their times. */
export const scheduleFields = (t: InputFields) => ({
  slug: t.string({ description: `A name among the schedules of the deployment. ${LIMIT_TEXTS.name}` }),
  active: t.boolean({ description: 'Whether runs are made for it.' }),
  maxScheduledRuns: t.int({
    description: `How many of its runs may wait at once: 1 to ${AHEAD.maxRuns}; null is as many as are made ahead.`,
  }),
  parameters: t.field({
    type: 'JSONObject',
    description: `The arguments of the flow, over those of the deployment. ${LIMIT_TEXTS.parameters}`,
  }),
});

export const DeploymentScheduleInput = builder.inputType('DeploymentScheduleInput', {
  description: 'A schedule of a deployment. It is active where nothing else is said.',
  fields: (t) => ({
    schedule: t.field({ type: ScheduleInput, required: true, description: 'Its times.' }),
    ...scheduleFields(t),
  }),
});

/** The schedule that an input asks for: null is the same as absent. */
export const scheduleRequest = ({
  schedule,
  ...rest
}: typeof DeploymentScheduleInput.$inferInput): ScheduleRequest => ({ ...given(rest), schedule: given(schedule) });
