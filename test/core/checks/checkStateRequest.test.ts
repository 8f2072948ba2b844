import { expect, test } from 'vitest';
import { checkStateRequest } from '../../../src/core/checks/checkStateRequest.ts';
import type { StateRequest } from '../../../src/core/runs/state.ts';
import { refused } from '../refused.ts';

const keyset = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`use-${index}`, 'key']));

test.each<[Omit<StateRequest, 'type'>]>([
  [{}],
  [{ name: null, message: null, data: null, details: {} }],
  [{ name: '', message: '', data: { a: ['b'] } }],
  [{ name: 'n'.repeat(255), message: 'm'.repeat(1_000_000), data: 'd'.repeat(999_998) }],
  [{ details: { cacheKey: 'k'.repeat(10_000), pauseKey: 'p', transitionId: null, runInputKeyset: null } }],
  [{ details: { runInputKeyset: keyset(20) } }],
])('a state request is accepted: case %#', (request) =>
  expect(() => checkStateRequest('state', { type: 'RUNNING', ...request })).not.toThrow(),
);

test.each<[Omit<StateRequest, 'type'>, string]>([
  [{ name: 'n'.repeat(256) }, '`state.name` must have at most 255 characters, and has 256.'],
  [{ name: '\0' }, '`state.name` contains a NUL character, which cannot be stored.'],
  [{ message: '\0' }, '`state.message` contains a NUL character, which cannot be stored.'],
  [{ data: { a: '\0' } }, '`state.data.a` contains a NUL character, which cannot be stored.'],
  [
    { details: { pauseKey: 'p'.repeat(256) } },
    '`state.details.pauseKey` must have at most 255 characters, and has 256.',
  ],
  [{ details: { cacheKey: '\0' } }, '`state.details.cacheKey` contains a NUL character, which cannot be stored.'],
  [{ details: { traceparent: '\0' } }, '`state.details.traceparent` contains a NUL character, which cannot be stored.'],
  [{ details: { runInputKeyset: keyset(21) } }, '`state.details.runInputKeyset` must have at most 20 keys.'],
  [
    { details: { runInputKeyset: { '\0': 'k' } } },
    'A key of `state.details.runInputKeyset` contains a NUL character, which cannot be stored.',
  ],
  [
    { details: { runInputKeyset: { schema: '\0' } } },
    '`state.details.runInputKeyset.schema` contains a NUL character, which cannot be stored.',
  ],
])('a state request is rejected: $1', (request, message) =>
  expect(refused(() => checkStateRequest('state', { type: 'RUNNING', ...request }))).toBe(message),
);
