import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { DEFAULT_CLOUD_HOOK_ADDRESSES } from './core/cloudHooks/cloudHookRequests.ts';
import { hidePassword } from './core/values/hidePassword.ts';
import { nearestName } from './core/values/nearestName.ts';
import { Problem } from './core/values/problem.ts';

type Environment = Record<string, string | undefined>;

/** The syntax of a value, its description in error messages, and its text if that is not `String(value)`. */
interface Kind<Value> {
  schema: z.ZodType<Value, string>;
  expected: string;
  write?: (value: Value) => string;
}

const wholeNumber = (least: number, most: number): Kind<number> => ({
  schema: z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most)),
  expected: `a whole number from ${least} to ${most}`,
});

const yesOrNo: Kind<boolean> = { schema: z.stringbool(), expected: 'true or false' };

const onOrOff: Kind<boolean> = {
  schema: z.enum(['on', 'off']).transform((on) => on === 'on'),
  expected: 'on or off',
  write: (on) => (on ? 'on' : 'off'),
};

const oneOf = <Word extends string>(...words: [Word, ...Word[]]): Kind<Word> => ({
  schema: z.string().pipe(z.enum(words)),
  expected: `one of ${words.join(', ')}`,
});

const hostName: Kind<string> = {
  schema: z.string().regex(/^[\w.:-]+$/),
  expected: 'a host name or an IP address',
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
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .refine((list) => list.every(isOrigin)),
  expected: 'a comma-separated list of origins such as https://app.example.com, or * for all origins',
};

const HOST_NAME = /^(?!-)[a-z\d-]{1,63}(\.[a-z\d-]{1,63})*\.?$/i;
/** The last part of a name is not a number, which a URL would read as part of an IPv4 address. */
const isHostName = (text: string) => HOST_NAME.test(text) && !/(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(text);
const hostNames: Kind<readonly string[]> = {
  schema: z
    .string()
    .transform((text) => text.split(',').flatMap((part) => part.trim().toLowerCase() || []))
    .pipe(z.array(z.string().refine(isHostName))),
  expected: 'a comma-separated list of host names such as flowql.example.com',
};
const networkHost = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.string().refine(isHostName)]);
const networkHosts: Kind<readonly string[]> = {
  schema: z
    .string()
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(networkHost)),
  expected: 'a comma-separated list of host names, IP addresses and ranges such as 10.0.0.0/8',
};

interface Setting<Value> extends Kind<Value> {
  /** The environment variable. The flag has the same name in lower case: FLOWQL_DATA_DIR, --data-dir. */
  name: string;
  unit: string;
  default: string | ((environment: Environment) => string);
  description: string;
  /** Formats the value for `flowql config`, which must not show secrets. */
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

// All settings. The key is the property name in `Config`, and the name by which commander returns the flag.
// biome-ignore format: a table
const SETTINGS = {
  databaseUrl: setting('DATABASE_URL', 'URL', '', postgresUrl, 'URL of the PostgreSQL server, version 15 or newer. If empty, FlowQL runs an embedded PostgreSQL in the data directory.', hidePassword),
  host: setting('FLOWQL_HOST', '', '127.0.0.1', hostName, 'Address to listen on. Any address other than loopback requires an API key or FLOWQL_INSECURE.'),
  port: setting('FLOWQL_PORT', '', '4200', wholeNumber(0, 65_535), 'Port to listen on. 0 selects a free port.'),
  dataDir: setting('FLOWQL_DATA_DIR', '', defaultDataDirectory, directory, 'Directory in which the embedded PostgreSQL stores its data.'),
  insecure: setting('FLOWQL_INSECURE', '', 'false', yesOrNo, 'Accept requests from other machines without an API key. Has no effect once an API key was created, until `flowql key open`.'),
  hostNames: setting('FLOWQL_HOST_NAMES', '', '', hostNames, 'Comma-separated list of host names by which clients may address a server that needs no API key, such as flowql.example.com. IP addresses and names without a dot need not be listed, unless the server listens on loopback.'),
  corsOrigins: setting('FLOWQL_CORS_ORIGINS', '', '', origins, 'Comma-separated list of origins whose web pages may send requests to this server. * allows all origins.'),
  prefect1: setting('FLOWQL_PREFECT1', '', 'on', onOrOff, 'Whether to serve Prefect 1 clients. off removes the Prefect 1 dialect.'),
  logLevel: setting('FLOWQL_LOG_LEVEL', '', 'info', oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'), 'Lowest level of log lines to write.'),
  poolSize: setting('FLOWQL_POOL_SIZE', 'connections', '10', wholeNumber(2, 1_000), 'Number of database connections, at least 5 (2 to 4 count as 5): one for API keys, half of the others for the reads of requests, and the rest for writes, background loops and streams. LISTEN uses one more, and each cancelled read one for a moment.'),
  readTimeoutMs: setting('FLOWQL_READ_TIMEOUT_MS', 'milliseconds', '10000', wholeNumber(100, 600_000), 'How long a statement that reads for a request may take. The database then cancels it, and the client gets TIMEOUT.'),
  maxWaitingReads: setting('FLOWQL_MAX_WAITING_READS', 'statements', '1000', wholeNumber(10, 1_000_000), 'Maximum number of reads of one tenant that wait for a connection. On a server without API keys, of one client address. The server rejects further reads.'),
  maxBodyBytes: setting('FLOWQL_MAX_BODY_BYTES', 'bytes', '16777216', wholeNumber(1_000, 1_000_000_000), 'Maximum size of a request body and of a WebSocket message.'),
  maxDocumentBytes: setting('FLOWQL_MAX_DOCUMENT_BYTES', 'bytes', '500000', wholeNumber(1_000, 10_000_000), 'Maximum size of a document, without its variables.'),
  maxDepth: setting('FLOWQL_MAX_DEPTH', 'levels', '12', wholeNumber(1, 100), 'Maximum nesting depth of fields in a document.'),
  maxTokens: setting('FLOWQL_MAX_TOKENS', 'tokens', '2000', wholeNumber(100, 100_000), 'Maximum number of tokens in a document.'),
  maxAliases: setting('FLOWQL_MAX_ALIASES', 'aliases', '200', wholeNumber(0, 1_000), 'Maximum number of aliases in a document.'),
  maxFields: setting('FLOWQL_MAX_FIELDS', 'fields', '500', wholeNumber(10, 100_000), 'Maximum number of fields in a document, after its fragments are expanded.'),
  maxRows: setting('FLOWQL_MAX_ROWS', 'rows', '150000', wholeNumber(200, 10_000_000), 'Maximum number of rows that a request may read. Also of the rows that all pages of its operations can have together: 50 runs with 50 task runs each count as 50 + 2,500.'),
  maxValues: setting('FLOWQL_MAX_VALUES', 'values', '500000', wholeNumber(1_000, 100_000_000), 'Maximum number of values in the answer to a request: 50 runs with 10 fields each have 500. A field with an object or a list counts as 5.'),
  maxSockets: setting('FLOWQL_MAX_SOCKETS', 'connections', '10000', wholeNumber(1, 1_000_000), 'Maximum number of open WebSockets, and of open event streams.'),
  maxUninitialisedSockets: setting('FLOWQL_MAX_UNINITIALISED_SOCKETS', 'connections', '1000', wholeNumber(1, 1_000_000), 'Maximum number of WebSockets whose connection_init was not yet accepted.'),
  maxSubscriptionsPerSocket: setting('FLOWQL_MAX_SUBSCRIPTIONS_PER_SOCKET', 'subscriptions', '100', wholeNumber(1, 10_000), 'Maximum number of concurrent operations on one WebSocket.'),
  maxSocketBufferBytes: setting('FLOWQL_MAX_SOCKET_BUFFER_BYTES', 'bytes', '1000000', wholeNumber(10_000, 1_000_000_000), 'Maximum amount of unsent data on one WebSocket. Its subscriptions pause above that.'),
  initTimeoutMs: setting('FLOWQL_INIT_TIMEOUT_MS', 'milliseconds', '3000', wholeNumber(100, 60_000), 'How long to wait for the connection_init message of a WebSocket.'),
  keepAliveMs: setting('FLOWQL_KEEP_ALIVE_MS', 'milliseconds', '12000', wholeNumber(100, 60_000), 'How often to send a ping on each WebSocket and a comment on each event stream, so that proxies keep the connection.'),
  stopTimeoutMs: setting('FLOWQL_STOP_TIMEOUT_MS', 'milliseconds', '10000', wholeNumber(0, 600_000), 'How long to wait for requests to finish when the server stops.'),
  idempotencyHours: setting('FLOWQL_IDEMPOTENCY_HOURS', 'hours', '24', wholeNumber(1, 8_760), 'How long to keep the response to a request with an idempotency key.'),
  pollMs: setting('FLOWQL_POLL_MS', 'milliseconds', '2000', wholeNumber(100, 60_000), 'How often streams poll the database in addition to notifications.'),
  hookAllow: setting('FLOWQL_HOOK_ALLOW', '', '', networkHosts, 'Comma-separated list of host names, IP addresses and ranges to which cloud hooks may send requests in addition to public addresses: hooks.internal, 10.1.0.0/16.'),
  twilioUrl: setting('FLOWQL_TWILIO_URL', 'URL', DEFAULT_CLOUD_HOOK_ADDRESSES.twilio, webUrl, 'URL to which cloud hooks of type TWILIO send their messages.'),
  pagerDutyUrl: setting('FLOWQL_PAGERDUTY_URL', 'URL', DEFAULT_CLOUD_HOOK_ADDRESSES.pagerDuty, webUrl, 'URL to which cloud hooks of type PAGERDUTY send their events.'),
  linkUrl: setting('FLOWQL_LINK_URL', 'URL', DEFAULT_CLOUD_HOOK_ADDRESSES.links, webUrl, 'URL of your Prefect 1 user interface. Links to flow runs in cloud hook messages start with it.'),
  zombieKillerSeconds: setting('FLOWQL_ZOMBIE_KILLER_SECONDS', 'seconds', '120', wholeNumber(1, 86_400), 'How often to check for Prefect 1 runs whose heartbeat has stopped, and retry or fail them.'),
  lazarusSeconds: setting('FLOWQL_LAZARUS_SECONDS', 'seconds', '600', wholeNumber(1, 86_400), 'How often to reschedule Prefect 1 flow runs whose heartbeat has stopped.'),
  schedulerSeconds: setting('FLOWQL_SCHEDULER_SECONDS', 'seconds', '30', wholeNumber(1, 86_400), 'How often to create the next runs of deployment schedules and Prefect 1 flow schedules.'),
  lateRunsSeconds: setting('FLOWQL_LATE_RUNS_SECONDS', 'seconds', '5', wholeNumber(1, 86_400), 'How often to check for late flow runs.'),
  lateAfterSeconds: setting('FLOWQL_LATE_AFTER_SECONDS', 'seconds', '15', wholeNumber(0, 86_400), 'How long after its scheduled time a flow run becomes Late. Prefect 1 flow runs never become Late.'),
  pauseExpirationsSeconds: setting('FLOWQL_PAUSE_EXPIRATIONS_SECONDS', 'seconds', '5', wholeNumber(1, 86_400), 'How often to check for paused flow runs that have timed out, and fail them.'),
  cancellationCleanupSeconds: setting('FLOWQL_CANCELLATION_CLEANUP_SECONDS', 'seconds', '20', wholeNumber(1, 86_400), 'How often to cancel the task runs and subflows of cancelled flow runs.'),
  cancellingTimeoutSeconds: setting('FLOWQL_CANCELLING_TIMEOUT_SECONDS', 'seconds', '300', wholeNumber(1, 604_800), 'How long a flow run may be CANCELLING before the server sets it to CANCELLED.'),
  maxWaitingWrites: setting('FLOWQL_MAX_WAITING_WRITES', 'writes', '10000', wholeNumber(100, 1_000_000), 'Maximum number of writes of one tenant that wait for the database; all tenants together may have twice as many. The server rejects further writes.'),
} as const;

type SettingKey = keyof typeof SETTINGS;
type ValueOf<Given> = Given extends Setting<infer Value> ? Value : never;
export type Config = { readonly [Key in SettingKey]: ValueOf<(typeof SETTINGS)[Key]> };

// Object.entries loses the type of each value; a value is only passed to the setting that read it.
const SETTING_LIST = Object.entries(SETTINGS) as [SettingKey, Setting<unknown>][];
const NAMES = SETTING_LIST.map(([, { name }]) => name);

/**
 * Reads the settings. A flag overrides the environment variable; an empty value selects the default. Throws one Problem
 * that lists every fault: invalid values and unknown names that start with FLOWQL_.
 */
export function readConfig(environment: Environment, flags: Record<string, string | boolean | undefined> = {}): Config {
  const faults = Object.keys(environment).filter(isUnknown).map(unknownName);
  const values = SETTING_LIST.map(([key, given]) => {
    const flag = flags[key];
    const source = flag === undefined ? given.name : flagOf(given.name);
    const text = flag === undefined ? environment[given.name] : String(flag);
    const read = given.schema.safeParse(text?.trim() || defaultOf(given, environment));
    if (!read.success) faults.push(`${source} must be ${given.expected}${given.show ? '' : `, not "${text}"`}.`);
    return [key, read.data];
  });
  if (faults.length > 0) throw new Problem('BAD_USER_INPUT', ['Invalid settings:', ...faults].join('\n  - '));
  // Each key of SETTINGS is present, with the output of its own schema.
  return Object.freeze(Object.fromEntries(values) as Config);
}

/** Read by the commands that connect to a server. */
const CLIENT_NAMES = ['FLOWQL_URL', 'FLOWQL_API_KEY'];

/**
 * The GraphQL endpoint of `flowql serve` with this environment, for programs on the same machine. A server that listens
 * on all addresses is reached by the loopback address. Faults are left to the command that serves.
 */
export function localServerUrl({ FLOWQL_HOST: host, FLOWQL_PORT: port }: Environment = process.env): string {
  const name = !host || host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port || SETTINGS.port.default}/graphql`;
}

const isUnknown = (name: string) => name.startsWith('FLOWQL_') && ![...NAMES, ...CLIENT_NAMES].includes(name);

function unknownName(name: string): string {
  const nearest = nearestName(name, NAMES);
  return `${name} is not a setting.${nearest ? ` Did you mean ${nearest}?` : ''}`;
}

export interface SettingRow {
  name: string;
  flag: string;
  /** Whether the flag takes no value. */
  isSwitch: boolean;
  unit: string;
  default: string;
  description: string;
}

/** Returns every setting, for help texts and command flags. */
export const settingRows = (): SettingRow[] => SETTING_LIST.map(([, given]) => rowOf(given));

/** Returns every setting with its value; passwords are masked. */
export const describeConfig = (config: Config): (SettingRow & { value: string })[] =>
  SETTING_LIST.map(([key, given]) => ({ ...rowOf(given), value: (given.show ?? given.write ?? String)(config[key]) }));

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

/** Defaults to the user's data directory, for root to /var/lib: PostgreSQL's user could not read root's home. */
function defaultDataDirectory(environment: Environment): string {
  if (process.getuid?.() === 0) return '/var/lib/flowql';
  const shared = environment.XDG_DATA_HOME || environment.LOCALAPPDATA || path.join(homedir(), '.local', 'share');
  return path.join(shared, 'flowql');
}
