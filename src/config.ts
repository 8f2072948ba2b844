import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { DEFAULT_CLOUD_HOOK_ADDRESSES } from './core/cloudHooks/cloudHookPayload.ts';
import { hidePassword } from './core/values/hidePassword.ts';
import { nearestName } from './core/values/nearestName.ts';
import { Problem } from './core/values/problem.ts';

type Environment = Record<string, string | undefined>;

/** How a value is written, and what is said to who writes it otherwise. */
interface Kind<Value> {
  schema: z.ZodType<Value, string>;
  expected: string;
}

const wholeNumber = (least: number, most: number): Kind<number> => ({
  schema: z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most)),
  expected: `a whole number from ${least} to ${most}`,
});

const yesOrNo: Kind<boolean> = { schema: z.stringbool(), expected: 'true or false' };

const onOrOff: Kind<boolean> = { schema: z.enum(['on', 'off']).transform((on) => on === 'on'), expected: 'on or off' };

const oneOf = <Word extends string>(...words: [Word, ...Word[]]): Kind<Word> => ({
  schema: z.string().pipe(z.enum(words)),
  expected: `one of ${words.join(', ')}`,
});

const hostName: Kind<string> = {
  schema: z.string().regex(/^[\w.:-]+$/),
  expected: 'a host name or an address to listen on',
};

const directory: Kind<string> = { schema: z.string().transform((text) => path.resolve(text)), expected: 'a directory' };

const postgresUrl: Kind<string | null> = {
  schema: z
    .string()
    .refine((text) => text === '' || (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)))
    .transform((text) => text || null),
  expected: 'a URL such as postgresql://user:password@host:5432/database',
};

const webUrl: Kind<string> = {
  schema: z
    .string()
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
    .transform((text) => text.replace(/\/+$/, '')),
  expected: 'a URL such as https://example.com/path',
};

const isOrigin = (text: string) => text === '*' || (URL.canParse(text) && new URL(text).origin === text);
const origins: Kind<readonly string[]> = {
  schema: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .refine((list) => list.every(isOrigin)),
  expected: 'a list of origins such as https://app.example.com, separated by commas, or * for all',
};

interface Setting<Value> extends Kind<Value> {
  /** Of the environment variable. The flag is the same in lower case: FLOWQL_DATA_DIR, --data-dir. */
  name: string;
  unit: string;
  default: string | ((environment: Environment) => string);
  description: string;
  /** The value as `flowql config` may show it. */
  show?: (value: Value) => string;
}

const setting = <Value>(
  name: string,
  unit: string,
  fallback: Setting<Value>['default'],
  kind: Kind<Value>,
  description: string,
  show?: Setting<Value>['show'],
): Setting<Value> => ({ ...kind, name, unit, default: fallback, description, ...(show && { show }) });

// Every setting, by its key in `Config`, which is also the key under which commander gives its flag.
// biome-ignore format: a table
const SETTINGS = {
  databaseUrl: setting('DATABASE_URL', 'URL', '', postgresUrl, 'The PostgreSQL to use, version 15 or newer. Empty: an embedded one, kept in the data directory.', hidePassword),
  host: setting('FLOWQL_HOST', '', '127.0.0.1', hostName, 'The address to listen on. Any but the own machine needs API keys, or FLOWQL_INSECURE.'),
  port: setting('FLOWQL_PORT', '', '4200', wholeNumber(0, 65_535), 'The port to listen on; 0 is any free one.'),
  dataDir: setting('FLOWQL_DATA_DIR', '', defaultDataDirectory, directory, 'Where the embedded PostgreSQL keeps its data.'),
  insecure: setting('FLOWQL_INSECURE', '', 'false', yesOrNo, 'Serve other machines without API keys.'),
  corsOrigins: setting('FLOWQL_CORS_ORIGINS', '', '', origins, 'Origins whose pages may use this server from a browser, separated by commas.'),
  prefect1: setting('FLOWQL_PREFECT1', '', 'on', onOrOff, 'Whether Prefect 1 clients are served; off leaves their dialect out.'),
  logLevel: setting('FLOWQL_LOG_LEVEL', '', 'info', oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'), 'The least important lines to log.'),
  poolSize: setting('FLOWQL_POOL_SIZE', 'connections', '10', wholeNumber(2, 1_000), 'The most database connections for requests; listening and the embedded server take one each beside them.'),
  maxBodyBytes: setting('FLOWQL_MAX_BODY_BYTES', 'bytes', '16777216', wholeNumber(1_000, 1_000_000_000), 'The largest request body, and the largest message on a WebSocket.'),
  maxDepth: setting('FLOWQL_MAX_DEPTH', 'levels', '12', wholeNumber(1, 100), 'The deepest nesting of fields in a document.'),
  maxTokens: setting('FLOWQL_MAX_TOKENS', 'tokens', '2000', wholeNumber(100, 100_000), 'The longest document.'),
  maxAliases: setting('FLOWQL_MAX_ALIASES', 'aliases', '200', wholeNumber(0, 1_000), 'The most aliases in a document.'),
  maxFields: setting('FLOWQL_MAX_FIELDS', 'fields', '500', wholeNumber(10, 100_000), 'The most fields in a document, with its fragments put in place.'),
  maxRows: setting('FLOWQL_MAX_ROWS', 'rows', '150000', wholeNumber(200, 10_000_000), 'The most rows that the pages of one operation may hold together: 50 runs of 50 task runs are 50 + 2,500.'),
  maxSockets: setting('FLOWQL_MAX_SOCKETS', 'connections', '10000', wholeNumber(1, 1_000_000), 'The most WebSockets at a time.'),
  maxSubscriptionsPerSocket: setting('FLOWQL_MAX_SUBSCRIPTIONS_PER_SOCKET', 'subscriptions', '100', wholeNumber(1, 10_000), 'The most operations at a time on one WebSocket.'),
  maxSocketBufferBytes: setting('FLOWQL_MAX_SOCKET_BUFFER_BYTES', 'bytes', '1000000', wholeNumber(10_000, 1_000_000_000), 'What may wait to be sent on one socket before its subscriptions pause.'),
  initTimeoutMs: setting('FLOWQL_INIT_TIMEOUT_MS', 'milliseconds', '3000', wholeNumber(100, 60_000), 'How long a WebSocket may take to introduce itself.'),
  stopTimeoutMs: setting('FLOWQL_STOP_TIMEOUT_MS', 'milliseconds', '10000', wholeNumber(0, 600_000), 'How long a stop waits for requests to finish.'),
  idempotencyHours: setting('FLOWQL_IDEMPOTENCY_HOURS', 'hours', '24', wholeNumber(1, 8_760), 'How long the answer to an idempotency key is kept.'),
  pollMs: setting('FLOWQL_POLL_MS', 'milliseconds', '2000', wholeNumber(100, 60_000), 'How often streams look at the database without having been woken.'),
  twilioUrl: setting('FLOWQL_TWILIO_URL', 'URL', DEFAULT_CLOUD_HOOK_ADDRESSES.twilio, webUrl, 'Where cloud hooks of type TWILIO send their messages.'),
  pagerDutyUrl: setting('FLOWQL_PAGERDUTY_URL', 'URL', DEFAULT_CLOUD_HOOK_ADDRESSES.pagerDuty, webUrl, 'Where cloud hooks of type PAGERDUTY send their events.'),
  linkUrl: setting('FLOWQL_LINK_URL', 'URL', DEFAULT_CLOUD_HOOK_ADDRESSES.links, webUrl, 'What links to flow runs in cloud hooks begin with: the address of your Prefect 1 user interface.'),
  zombieKillerSeconds: setting('FLOWQL_ZOMBIE_KILLER_SECONDS', 'seconds', '120', wholeNumber(1, 86_400), 'How often Prefect 1 runs are looked for whose process is lost.'),
  lazarusSeconds: setting('FLOWQL_LAZARUS_SECONDS', 'seconds', '600', wholeNumber(1, 86_400), 'How often Prefect 1 flow runs whose process is lost are scheduled again.'),
  schedulerSeconds: setting('FLOWQL_SCHEDULER_SECONDS', 'seconds', '30', wholeNumber(1, 86_400), 'How often runs are made for the schedules of deployments and of Prefect 1 flows, of which the next are always waiting.'),
  lateRunsSeconds: setting('FLOWQL_LATE_RUNS_SECONDS', 'seconds', '5', wholeNumber(1, 86_400), 'How often flow runs are looked for that nobody has taken in time.'),
  lateAfterSeconds: setting('FLOWQL_LATE_AFTER_SECONDS', 'seconds', '15', wholeNumber(0, 86_400), 'How long after it was due a flow run becomes Late. Those of Prefect 1 never do.'),
  pauseExpirationsSeconds: setting('FLOWQL_PAUSE_EXPIRATIONS_SECONDS', 'seconds', '5', wholeNumber(1, 86_400), 'How often flow runs are looked for whose pause has timed out, which fails them.'),
  cancellationCleanupSeconds: setting('FLOWQL_CANCELLATION_CLEANUP_SECONDS', 'seconds', '20', wholeNumber(1, 86_400), 'How often the task runs and subflows are cancelled that cancelled flow runs have left.'),
  cancellingTimeoutSeconds: setting('FLOWQL_CANCELLING_TIMEOUT_SECONDS', 'seconds', '300', wholeNumber(1, 604_800), 'How long a flow run may be CANCELLING before it counts as cancelled.'),
  maxWaitingWrites: setting('FLOWQL_MAX_WAITING_WRITES', 'writes', '10000', wholeNumber(100, 1_000_000), 'How many writes may wait for the database before more are refused.'),
} as const;

type SettingKey = keyof typeof SETTINGS;
type ValueOf<Given> = Given extends Setting<infer Value> ? Value : never;
export type Config = { readonly [Key in SettingKey]: ValueOf<(typeof SETTINGS)[Key]> };

// As a list, each setting loses the type of its own value; a value is only ever given to the setting that read it.
const SETTING_LIST = Object.entries(SETTINGS) as [SettingKey, Setting<unknown>][];
const NAMES = SETTING_LIST.map(([, { name }]) => name);

/**
 * Reads the settings: a flag wins over the environment, an empty value is none. Throws one Problem that lists every
 * fault: bad values, and names that begin with FLOWQL_ and mean nothing.
 */
export function readConfig(environment: Environment, flags: Record<string, string | boolean | undefined> = {}): Config {
  const faults = Object.keys(environment).filter(isUnknown).map(unknownName);
  const values = SETTING_LIST.map(([key, given]) => {
    const flag = flags[key];
    const source = flag === undefined ? given.name : flagOf(given.name);
    const text = flag === undefined ? environment[given.name] : String(flag);
    const read = given.schema.safeParse(text?.trim() || defaultOf(given, environment));
    if (!read.success) faults.push(`${source} must be ${given.expected}${given.show ? '' : `, and is "${text}"`}.`);
    return [key, read.data];
  });
  if (faults.length > 0)
    throw new Problem('BAD_USER_INPUT', ['The settings cannot be used:', ...faults].join('\n  - '));
  // Each key of the table is here, with what its own schema gave.
  return Object.freeze(Object.fromEntries(values) as Config);
}

const isUnknown = (name: string) => name.startsWith('FLOWQL_') && !NAMES.includes(name);

function unknownName(name: string): string {
  const nearest = nearestName(name, NAMES);
  return `${name} is no setting.${nearest ? ` Did you mean ${nearest}?` : ''}`;
}

export interface SettingRow {
  name: string;
  flag: string;
  /** The flag stands alone. */
  isSwitch: boolean;
  unit: string;
  default: string;
  description: string;
}

/** Every setting, for help texts and for the flags of a command. */
export const settingRows = (): SettingRow[] => SETTING_LIST.map(([, given]) => rowOf(given));

/** Every setting with its value, passwords hidden. */
export const describeConfig = (config: Config): (SettingRow & { value: string })[] =>
  SETTING_LIST.map(([key, given]) => ({ ...rowOf(given), value: (given.show ?? String)(config[key]) }));

const rowOf = (given: Setting<unknown>): SettingRow => ({
  name: given.name,
  flag: flagOf(given.name),
  isSwitch: given.expected === yesOrNo.expected,
  unit: given.unit,
  default: defaultOf(given, {}),
  description: given.description,
});

const flagOf = (name: string) => `--${name.replace('FLOWQL_', '').toLowerCase().replaceAll('_', '-')}`;

const defaultOf = (given: Setting<unknown>, environment: Environment) =>
  typeof given.default === 'string' ? given.default : given.default(environment);

/** Of a user: where programs keep data that lasts. Root's home is closed to the user that PostgreSQL then runs as. */
function defaultDataDirectory(environment: Environment): string {
  if (process.getuid?.() === 0) return '/var/lib/flowql';
  const shared = environment.XDG_DATA_HOME || environment.LOCALAPPDATA || path.join(homedir(), '.local', 'share');
  return path.join(shared, 'flowql');
}
