import { PREFECT_1_STATES } from '../prefect1/prefect1States.ts';
import type { Json, JsonObject } from '../values/jsonObject.ts';
import { Problem } from '../values/problem.ts';

/** The required keys of each type of cloud hook, and the end of the error message for any other config. */
const CONFIGS = {
  WEBHOOK: { keys: ['url'], expected: 'expected `url`' },
  SLACK_WEBHOOK: { keys: ['url'], expected: 'expected `url`' },
  TWILIO: {
    keys: ['account_sid', 'auth_token', 'messaging_service_sid', 'to'],
    expected: 'expected `account_sid`, `auth_token`, `messaging_service_sid`, and `to`',
  },
  PAGERDUTY: {
    keys: ['api_token', 'routing_key', 'severity'],
    expected: 'expected `api_token`, `routing_key`, & `severity`',
  },
  /** Writes a message into the database. Its config is not checked. */
  PREFECT_MESSAGE: null,
} as const satisfies Record<string, { keys: readonly string[]; expected: string } | null>;

export type CloudHookType = keyof typeof CONFIGS;

/** A notification that is sent when a flow run of the tenant enters one of the hook's states. */
export interface CloudHook {
  id: string;
  tenantId: string;
  type: CloudHookType;
  config: JsonObject;
}

/** Phone numbers of one TWILIO hook. Each gets a request of its own. */
const MOST_NUMBERS = 40;

const SEVERITIES = ['info', 'warning', 'error', 'critical'];

const isCloudHookType = (text: string): text is CloudHookType => Object.hasOwn(CONFIGS, text);

const refuse = (sentence: string): never => {
  throw new Problem('BAD_USER_INPUT', sentence);
};

export const cloudHookType = (text: string): CloudHookType =>
  isCloudHookType(text) ? text : refuse('Invalid cloud hook type');

/**
 * Throws BAD_USER_INPUT, with the messages of Prefect Server for wrong keys. Source: Prefect Server,
 * api/cloud_hooks.py, create_cloud_hook. Also checks what Prefect Server finds when it sends: URLs and headers. The
 * messages do not quote values, which may be secret.
 */
export function checkCloudHookConfig(type: CloudHookType, config: JsonObject): void {
  const rule = CONFIGS[type];
  if (rule === null) return;
  const given = Object.keys(config);
  const fits = given.length === rule.keys.length && rule.keys.every((key) => given.includes(key));
  const to = config.to;
  if (!fits || (type === 'TWILIO' && !(Array.isArray(to) && to.length > 0))) refuse(`Invalid config; ${rule.expected}`);
  for (const key of rule.keys) {
    const values = key === 'to' ? to : [config[key]];
    if (!(Array.isArray(values) && values.every(isPrintable)))
      refuse(`Invalid config; \`${key}\` must be text without control characters`);
  }
  if (Array.isArray(to) && to.length > MOST_NUMBERS)
    refuse(`Invalid config; \`to\` must have at most ${MOST_NUMBERS} numbers`);
  if (config.url !== undefined && webUrlOf(config) === null)
    refuse('Invalid config; `url` must be a URL that starts with http:// or https://');
  if (type === 'PAGERDUTY' && !SEVERITIES.includes(String(config.severity)))
    refuse(`Invalid config; severity must be one of {${SEVERITIES.join(', ')}}`);
}

const isPrintable = (value: Json | undefined) => typeof value === 'string' && !/\p{Cc}/u.test(value);

/** Returns the URL that a user has chosen, which a WEBHOOK and a SLACK_WEBHOOK have. */
export function webUrlOf({ url }: JsonObject): URL | null {
  if (typeof url !== 'string' || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  return ['http:', 'https:'].includes(parsed.protocol) ? parsed : null;
}

const STATES = new Set(PREFECT_1_STATES.map((state) => state.toUpperCase()));

/** Returns the states in upper case, without duplicates. Throws BAD_USER_INPUT if there is none, or an unknown one. */
export function cloudHookStates(states: readonly string[]): string[] {
  const upper = [...new Set(states.map((state) => state.toUpperCase()))];
  return upper.length > 0 && upper.every((state) => STATES.has(state)) ? upper : refuse('Invalid states');
}
