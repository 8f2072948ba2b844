import { expect, test } from 'vitest';
import { exactNumber } from '../../../src/core/values/exactNumber.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';
import { sameJson } from '../../../src/core/values/sameJson.ts';

test.each<[Json, Json, boolean]>([
  [1, 1, true],
  [1, '1', false],
  [null, null, true],
  [null, {}, false],
  [{}, null, false],
  [{}, 1, false],
  [[], {}, false],
  [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 1 }, false],
  [{ a: 1 }, { b: 1 }, false],
  [{ a: null }, { b: null }, false],
  [exactNumber('1.0'), exactNumber('1.0'), true],
  [exactNumber('1.0'), 1, false],
  [1, exactNumber('1.0'), false],
  [{ a: exactNumber('1.0') }, { a: {} }, false],
  [{}, exactNumber('1.0'), false],
  [{ a: 1 }, { a: 2 }, false],
  [[1, 2], [2, 1], false],
  [[1], [1, 2], false],
])('%j equals %j as JSON: %s', (one, other, same) => expect(sameJson(one, other)).toBe(same));
