import { describe, expect, test } from 'vitest';
import { ExactNumber } from '../../../src/core/values/exactNumber.ts';
import { isJsonObject, numberIn } from '../../../src/core/values/jsonObject.ts';
import { readJson, readPythonJson } from '../../../src/core/values/readJson.ts';
import { writeJson } from '../../../src/core/values/writeJson.ts';

const exact = (text: string) => new ExactNumber(text);

/** A number, and how PostgreSQL and we write it. */
const NUMBERS: [sent: string, kept: string][] = [
  ['1234567890123456789', '1234567890123456789'],
  ['-9007199254740993', '-9007199254740993'],
  ['1.0', '1.0'],
  ['-2.50', '-2.50'],
  ['1700000000.12345678901', '1700000000.12345678901'],
  ['1e+23', '100000000000000000000000.0'],
  ['1E2', '100.0'],
  ['1.5e1', '15.0'],
  ['1.25e1', '12.5'],
  ['1.50e-3', '0.00150'],
  ['0e5', '0.0'],
  ['1e-7', '1e-7'],
  ['0.0000001', '1e-7'],
  ['-0', '0'],
  ['-0.0', '0.0'],
  ['5', '5'],
  ['0.1', '0.1'],
  ['1700000000.1234567', '1700000000.1234567'],
  ['1.7976931348623157e308', `17976931348623157${'0'.repeat(292)}.0`],
  ['9'.repeat(4_300), '9'.repeat(4_300)],
];

describe('numbers in JSON', () => {
  test.each(NUMBERS)('%s keeps its digits', (sent, kept) => {
    const around = (number: string) => `{"a":[${number},{"b":${number}}],"c":"${number}"}`;
    expect(writeJson(readJson(around(sent)))).toBe(around(kept).replace(`"${kept}"`, `"${sent}"`));
    expect(writeJson(readJson(sent))).toBe(kept);
  });

  test('a number that JavaScript keeps is a number of JavaScript', () =>
    expect(readJson('{"a": [1, 1.5, -3, 1e-7, 123456789012345], "b": 1.0}')).toEqual({
      a: [1, 1.5, -3, 1e-7, 123456789012345],
      b: exact('1.0'),
    }));

  test.each(['01.0', '1.', '.5', '1.0.0', '+1', '1e', '--1', '1.0x', '"1.0', '{"a":1.0', '1.0 2'])(
    '%s is not valid JSON',
    (text) => expect(() => readJson(text)).toThrow(SyntaxError),
  );

  test('strings and keys are not changed', () => {
    const text = String.raw`{"1.0":"1.0","a\"1.0":"\"2.0","__proto__":{"x":3.0},"\u00004.0":["\u00005.0",6.0],"n":1e5}`;
    const read = readJson(text);
    expect(Object.keys(read as object)).toEqual(['1.0', 'a"1.0', '__proto__', '\x004.0', 'n']);
    expect(JSON.parse(writeJson(read))).toEqual(JSON.parse(text));
    expect(writeJson(read)).toContain('"__proto__":{"x":3.0}');
  });

  test('the last of two equal keys counts', () =>
    expect(writeJson(readJson('{"a":1.0,"b":2.0,"a":3.0}'))).toBe('{"a":3.0,"b":2.0}'));

  test('JSON may be nested deeper than the stack', () => {
    const depth = 200_000;
    expect(() => readJson(`${'['.repeat(depth)}1.0${']'.repeat(depth)}`)).not.toThrow();
  });
});

describe("the output of Python's json.dumps", () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['{"a": [1, "x"]}', { a: [1, 'x'] }],
    ['{"a": NaN, "b": [Infinity, -Infinity, -1]}', { a: exact('NaN'), b: [exact('Infinity'), exact('-Infinity'), -1] }],
    ['{"NaN": "NaN", "b": NaN, "c": 1.0}', { NaN: 'NaN', b: exact('NaN'), c: exact('1.0') }],
    [String.raw`["a \" NaN \\", NaN, "\\\" Infinity"]`, ['a " NaN \\', exact('NaN'), '\\" Infinity']],
    ['NaN', exact('NaN')],
  ])('%s is parsed', (text, value) => expect(readPythonJson(text)).toEqual(value));

  test.each(['', '{', '{"a": Nan}', '["NaN]', '{"a": NaNa}', '"NaN" NaN'])('%j is not JSON of Python', (text) => {
    expect(() => readPythonJson(text)).toThrow(SyntaxError);
  });

  // A parser of quadratic time would take hours.
  test('four megabytes of log lines with NaN are parsed', () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => ({
      message: `a "quoted" NaN \\ ${'x'.repeat(80)} ${index}`,
    }));
    const text = `[${JSON.stringify(lines)}, NaN]`;
    expect(readPythonJson(text)).toEqual([lines, exact('NaN')]);
  });
});

describe('an exact number', () => {
  test('computes like the nearest number', () => {
    expect(Number(exact('9007199254740993')) + 2).toBe(2 ** 53 + 2);
    expect(`${exact('1.0')}`).toBe('1.0');
  });

  test('is no object', () => {
    expect([isJsonObject(exact('1.0')), isJsonObject({}), isJsonObject([]), isJsonObject(null)]).toEqual([
      ...[false, true, false, false],
    ]);
    expect([exact('2.0'), 3, '4', null, undefined].map(numberIn)).toEqual([2, 3, null, null, null]);
  });

  test('is written among values that JSON leaves out or converts', () => {
    const time = { toJSON: () => ({ at: exact('2.0') }) };
    expect(writeJson({ a: undefined, b: [undefined, exact('1.0')], c: time, d: () => 1, e: '\0' })).toBe(
      '{"b":[null,1.0],"c":{"at":2.0},"e":"\\u0000"}',
    );
  });
});

describe('a number that cannot be kept', () => {
  test.each([
    ['NaN', 'must be a finite number.'],
    ['-Infinity', 'must be a finite number.'],
    ['1e400', 'must be a finite number.'],
    ['1e99999', 'must be a finite number.'],
    ['1e-99999', 'must have at most 4300 digits.'],
    ['9'.repeat(4_301), 'must have at most 4300 digits.'],
  ])('%s is not written', (text, fault) => expect(() => writeJson(readPythonJson(`[${text}]`))).toThrow(fault));
});
