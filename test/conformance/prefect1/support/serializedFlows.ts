import { gzipSync } from 'node:zlib';
import { unique } from './expectations.ts';

// Flows, tasks, edges and schedules as Prefect 1.4.1 serializes them.

export type Part = Record<string, unknown>;
const VERSION = { __version__: '1.4.1' };

export const compress = (value: unknown) => gzipSync(Buffer.from(JSON.stringify(value))).toString('base64');

export const universal = (labels: string[] = []) => ({ type: 'UniversalRun', env: {}, labels, ...VERSION });

export const task = (slug: string, rest: Part = {}) => ({
  name: slug,
  slug,
  type: 'prefect.tasks.core.function.FunctionTask',
  tags: [],
  max_retries: 0,
  retry_delay: null,
  timeout: null,
  trigger: { fn: 'prefect.triggers.all_successful', kwargs: {} },
  skip_on_upstream_skip: true,
  cache_for: null,
  cache_key: null,
  cache_validator: { fn: 'prefect.engine.cache_validators.never_use', kwargs: {} },
  auto_generated: false,
  inputs: {},
  outputs: 'typing.Any',
  ...VERSION,
  ...rest,
});

export const edge = (upstream: string, downstream: string, rest: Part = {}) => ({
  upstream_task: { slug: upstream, ...VERSION },
  downstream_task: { slug: downstream, ...VERSION },
  key: null,
  mapped: false,
  flattened: false,
  ...VERSION,
  ...rest,
});

export const parameter = (name: string, rest: Part = {}) => ({
  name,
  slug: name,
  default: 1,
  required: false,
  tags: [],
  outputs: 'typing.Any',
  type: 'prefect.core.parameter.Parameter',
  ...VERSION,
  ...rest,
});

export const schedule = (...clocks: Part[]) => ({
  clocks,
  filters: [],
  or_filters: [],
  not_filters: [],
  adjustments: [],
  ...VERSION,
});

interface Clock extends Part {
  /** A local time without an offset: 2030-03-09T09:00:00. */
  start?: string;
  end?: string;
  tz?: string;
}

const moment = (dt: string | undefined, tz = 'UTC') => (dt === undefined ? null : { dt, tz });
const clock = (type: string, { start, end, tz, ...rest }: Clock) => ({
  type,
  start_date: moment(start, tz),
  end_date: moment(end, tz),
  parameter_defaults: {},
  labels: null,
  ...VERSION,
  ...rest,
});

export const cron = (text: string, rest: Clock = {}) => clock('CronClock', { cron: text, day_or: true, ...rest });
export const interval = (seconds: number, rest: Clock = {}) =>
  clock('IntervalClock', { interval: seconds * 1_000_000, ...rest });

/** Returns a local time without an offset, as in schedules. */
export const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19);

/** A serialized flow. The client sends it without `tasks` and `edges`. */
export const serialized = (rest: Part = {}) => ({
  name: unique('flow'),
  type: 'prefect.core.flow.Flow',
  schedule: null,
  parameters: [],
  reference_tasks: [],
  run_config: universal(),
  storage: {
    type: 'Local',
    directory: '/srv/flows',
    flows: {},
    secrets: [],
    stored_as_script: false,
    path: null,
    ...VERSION,
  },
  ...VERSION,
  ...rest,
});

/** Two tasks and a parameter. */
export const basicTasks = () => [task('t1'), task('t2'), task('x', { type: 'prefect.core.parameter.Parameter' })];
