import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import { writeJson } from '../values/writeJson.ts';
import type { CloudHook } from './cloudHook.ts';
import type { CloudHookEvent } from './cloudHookEvent.ts';

/** The base URLs of services and of links. */
export interface CloudHookAddresses {
  twilio: string;
  pagerDuty: string;
  /** A link to a run is `<links>/<slug of the tenant>/flow-run/<id of the run>`. */
  links: string;
}

export const DEFAULT_CLOUD_HOOK_ADDRESSES: CloudHookAddresses = {
  twilio: 'https://api.twilio.com/2010-04-01',
  pagerDuty: 'https://events.pagerduty.com/v2/enqueue',
  links: 'http://localhost:4200',
};

/** One POST request. */
export interface CloudHookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  /** Whether the operator chose the host, by a setting. Otherwise a user did. */
  isOfOperator: boolean;
}

/** The values in the messages. */
interface Told {
  run: string;
  flow: string;
  state: string;
  message: string;
  link: string;
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const memberOf = (event: CloudHookEvent, key: string): JsonObject => {
  const member = event[key];
  return isJsonObject(member) ? member : {};
};

const json = (url: string, content: Json, timeoutMs: number, headers: Record<string, string> = {}) => ({
  url,
  headers: { 'content-type': 'application/json', ...headers },
  body: writeJson(content),
  timeoutMs,
  isOfOperator: false,
});

/**
 * Returns the requests to send for an event: none for PREFECT_MESSAGE, one for each phone number for TWILIO, otherwise
 * one.
 * Source: Prefect Server, api/cloud_hooks.py.
 */
export function cloudHookRequests(
  { type, config }: Pick<CloudHook, 'type' | 'config'>,
  event: CloudHookEvent,
  addresses: CloudHookAddresses,
): CloudHookRequest[] {
  switch (type) {
    case 'WEBHOOK':
      return [json(text(config.url), { event }, 2000, { 'x-prefect-event-id': event.id })];
    case 'SLACK_WEBHOOK':
      return [json(text(config.url), slackMessage(told(event, addresses)), 1000)];
    case 'TWILIO':
      return listOf(config.to).map((to) => smsTo(text(to), config, told(event, addresses), addresses));
    case 'PAGERDUTY':
      return [pagerDutyEvent(config, event, told(event, addresses), addresses)];
    case 'PREFECT_MESSAGE':
      return [];
  }
}

const told = (event: CloudHookEvent, addresses: CloudHookAddresses): Told => ({
  run: text(event.flow_run.name),
  flow: text(event.flow.name),
  state: text(event.state.state),
  message: text(event.state.message),
  link: `${addresses.links}/${text(memberOf(event, 'tenant').slug)}/flow-run/${text(event.flow_run.id)}`,
});

const slackMessage = ({ run, flow, state, message, link }: Told): JsonObject => ({
  blocks: [
    `Run \`${run}\` of flow \`${flow}\` entered a new state:`,
    `*State:* \`${state}\``,
    `*Message:* ${message}`,
    `*Link:* ${link}`,
  ].map((line) => ({ type: 'section', text: { type: 'mrkdwn', text: line } })),
});

function smsTo(to: string, config: JsonObject, { run, flow, state, link }: Told, { twilio }: CloudHookAddresses) {
  const account = text(config.account_sid);
  return {
    url: `${twilio}/Accounts/${encodeURIComponent(account)}/Messages.json`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${base64(`${account}:${text(config.auth_token)}`)}`,
    },
    body: new URLSearchParams({
      To: to,
      From: text(config.messaging_service_sid),
      Body: `Run ${run} of flow ${flow} entered a new state: ${state}. \n Link: ${link}`,
    }).toString(),
    timeoutMs: 2000,
    isOfOperator: true,
  };
}

const base64 = (plain: string) => btoa(String.fromCharCode(...new TextEncoder().encode(plain)));

function pagerDutyEvent(
  config: JsonObject,
  event: CloudHookEvent,
  { run, flow, state, message, link }: Told,
  { pagerDuty }: CloudHookAddresses,
) {
  const content = {
    event_action: 'trigger',
    routing_key: config.routing_key ?? null,
    payload: {
      summary: `Run ${run} entered a new state: ${state}`,
      severity: config.severity ?? null,
      source: `cloud.prefect.io/${text(memberOf(event, 'tenant').slug)}`,
      timestamp: event.timestamp ?? null,
      component: flow,
      group: run,
      class: `State->${state}`,
      custom_details: { flow, flow_run: run, state, message, link },
    },
    links: [{ href: link, text: 'Prefect Flow Run Link' }],
  };
  const authorization = `Token token=${text(config.api_token)}`;
  return { ...json(pagerDuty, content, 2000, { authorization }), isOfOperator: true };
}
