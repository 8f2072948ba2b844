import { expect, test } from 'vitest';
import { parsePythonJson } from '../../../src/server/operations/pythonJson.ts';

test.each<[string, unknown]>([
  ['null', null],
  ['{"a": [1, "x"]}', { a: [1, 'x'] }],
  ['{"a": NaN, "b": [Infinity, -Infinity, -1]}', { a: null, b: [null, null, -1] }],
  ['{"NaN": "NaN", "b": NaN}', { NaN: 'NaN', b: null }],
  [String.raw`["a \" NaN \\", NaN, "\\\" Infinity"]`, ['a " NaN \\', null, '\\" Infinity']],
  ['NaN', null],
])('the JSON of Python %s is parsed', (text, value) => expect(parsePythonJson(text)).toEqual(value));

test.each(['', '{', '{"a": Nan}', '["NaN]', '{"a": NaNa}', '"NaN" NaN'])('%j is not JSON of Python', (text) => {
  expect(() => parsePythonJson(text)).toThrow(SyntaxError);
});

// A parser of quadratic time would take hours.
test('four megabytes of log lines with NaN are parsed', () => {
  const lines = Array.from({ length: 40_000 }, (_, index) => ({
    message: `a "quoted" NaN \\ ${'x'.repeat(80)} ${index}`,
  }));
  const text = `[${JSON.stringify(lines)}, NaN]`;
  expect(parsePythonJson(text)).toEqual([lines, null]);
});
