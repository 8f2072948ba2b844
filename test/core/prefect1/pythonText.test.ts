import { expect, test } from 'vitest';
import { pythonJson, pythonRepr } from '../../../src/core/prefect1/pythonText.ts';
import { ExactNumber } from '../../../src/core/values/exactNumber.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';

// Written by Python 3.11.
test.each<[Json, string]>([
  [null, 'None'],
  [[true, false, 1, 0.5], '[True, False, 1, 0.5]'],
  [{ a: 'b', c: { d: [] } }, "{'a': 'b', 'c': {'d': []}}"],
  ["it's", '"it\'s"'],
  [`"it's"`, `'"it\\'s"'`],
  [[new ExactNumber('1.0'), new ExactNumber('12345678901234567890')], '[1.0, 12345678901234567890]'],
  ['a\\b\n\r\t\x7f', "'a\\\\b\\n\\r\\t\\x7f'"],
])('the Python repr of %j is %s', (value, repr) => expect(pythonRepr(value)).toBe(repr));

test.each<[Json, string]>([
  [null, 'null'],
  [{ a: [1, 'x'], b: true }, '{"a": [1, "x"], "b": true}'],
  [{ a: new ExactNumber('1.0') }, '{"a": 1.0}'],
  ['é😀', '"\\u00e9\\ud83d\\ude00"'],
])('%j as JSON of Python is %s', (value, json) => expect(pythonJson(value)).toBe(json));
