import { expect, test } from 'vitest';
import { checkCloudHookConfig, cloudHookStates, cloudHookType } from '../../../src/core/cloudHooks/cloudHook.ts';
import { deliveryRetryAfter, isDelivered, isWorthRetrying } from '../../../src/core/cloudHooks/deliveryRetries.ts';
import { PREFECT_1_STATES } from '../../../src/core/prefect1/prefect1States.ts';
import type { JsonObject } from '../../../src/core/values/jsonObject.ts';

const twilio: JsonObject = { account_sid: 'a', auth_token: 'b', messaging_service_sid: 'c', to: ['+1'] };
const pagerDuty: JsonObject = { api_token: 'a', routing_key: 'b', severity: 'error' };

test.each([
  ['WEBHOOK', { url: 'http://localhost' }],
  ['SLACK_WEBHOOK', { url: 'http://localhost' }],
  ['TWILIO', twilio],
  ['PAGERDUTY', pagerDuty],
  ['PREFECT_MESSAGE', { anything: 1 }],
  ['PREFECT_MESSAGE', {}],
] as const)('a %s hook may have the config %j', (type, config) => {
  expect(() => checkCloudHookConfig(type, config)).not.toThrow();
});

test.each<[Parameters<typeof checkCloudHookConfig>[0], JsonObject, RegExp]>([
  ['WEBHOOK', {}, /expected `url`/],
  ['WEBHOOK', { url: 'x', more: 1 }, /expected `url`/],
  ['WEBHOOK', { url: 'ftp://example.com' }, /starts with http/],
  ['WEBHOOK', { url: 'example.com' }, /starts with http/],
  ['WEBHOOK', { url: 'http://example.com:65536' }, /starts with http/],
  ['SLACK_WEBHOOK', { url: 7 }, /`url` must be text/],
  ['WEBHOOK', { url: 'http://example.com/a\nb' }, /`url` must be text/],
  ['TWILIO', { ...twilio, auth_token: 'to\nken' }, /`auth_token` must be text without control characters$/],
  ['TWILIO', { ...twilio, to: ['+1', 2] }, /`to` must be text/],
  ['TWILIO', { ...twilio, to: Array(41).fill('+1') }, /at most 40 numbers/],
  ['PAGERDUTY', { ...pagerDuty, api_token: null }, /`api_token` must be text/],
  ['TWILIO', { ...twilio, to: [] }, /and `to`$/],
  ['TWILIO', { ...twilio, to: '+1' }, /and `to`$/],
  ['PAGERDUTY', { api_token: 'a' }, /& `severity`$/],
  ['PAGERDUTY', { ...pagerDuty, severity: 'loud' }, /one of {info, warning, error, critical}$/],
])('a %s hook may not have the config %j', (type, config, text) => {
  expect(() => checkCloudHookConfig(type, config)).toThrow(text);
});

test('a cloud hook has one of the five types of Prefect 1', () => {
  expect(cloudHookType('TWILIO')).toBe('TWILIO');
  for (const bad of ['twilio', 'toString', '']) expect(() => cloudHookType(bad)).toThrow('Invalid cloud hook type');
});

test('the states of a cloud hook are stored once each, in upper case, and must be states of Prefect 1', () => {
  expect(cloudHookStates(['failed', 'Failed', 'TimedOut'])).toEqual(['FAILED', 'TIMEDOUT']);
  expect(cloudHookStates(PREFECT_1_STATES)).toHaveLength(21);
  for (const bad of ['State', '_MetaState', 'Completed'])
    expect(() => cloudHookStates([bad])).toThrow('Invalid states');
  expect(() => cloudHookStates([])).toThrow('Invalid states');
});

test('a delivery is attempted five times, with growing delays', () => {
  expect([1, 2, 3, 4, 5].map(deliveryRetryAfter)).toEqual([5, 30, 120, 600, null]);
});

test.each([
  [200, false],
  [301, false],
  [404, false],
  [429, true],
  [500, true],
  [503, true],
])('a delivery answered with status %i is retried: %s', (status, worth) => {
  expect(isWorthRetrying(status)).toBe(worth);
});

test('a redirect and an error are no delivery', () => {
  expect([200, 204, 299, 301, 307, 404, 500].filter(isDelivered)).toEqual([200, 204, 299]);
});
