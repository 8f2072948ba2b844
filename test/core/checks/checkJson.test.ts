import { describe, expect, test } from 'vitest';
import { checkJson, checkLabels, checkParameters } from '../../../src/core/checks/checkJson.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';
import { refused } from '../refused.ts';

const nested = (levels: number): Json => (levels === 0 ? 'core' : [nested(levels - 1)]);

describe('JSON', () => {
  test.each<[Json]>([[null], [0], [-1.5], [true], ['ü😀'], [[]], [{}], [{ a: [{ b: null }, 'c'] }], [nested(200)]])(
    'JSON is accepted: case %#',
    (value) => expect(() => checkJson('data', value)).not.toThrow(),
  );
  test.each<[Json, string]>([
    ['a\0', '`data` contains a NUL character, which cannot be stored.'],
    [{ a: [1, { b: 'a\0' }] }, '`data.a[1].b` contains a NUL character, which cannot be stored.'],
    [{ a: { 'b\0': 1 } }, 'A key of `data.a` contains a NUL character, which cannot be stored.'],
    [['\ud83d'], '`data[0]` contains half of a surrogate pair, which is not valid Unicode.'],
    [{ '\ude00': 1 }, 'A key of `data` contains half of a surrogate pair, which is not valid Unicode.'],
    [{ a: Number.POSITIVE_INFINITY }, '`data.a` must be a finite number.'],
    [nested(201), `\`data${'[0]'.repeat(65)}[...\` is nested too deeply: at most 200 levels are allowed.`],
  ])('JSON that cannot be stored is rejected: $1', (value, message) =>
    expect(refused(() => checkJson('data', value))).toBe(message),
  );
  test('JSON deeper than the stack is rejected', () => {
    // The cast: JSON.parse returns Json.
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as Json;
    expect(refused(() => checkJson('data', deep))).toContain('nested too deeply');
  });
  test('the limit of JSON counts the bytes of its compact form', () => {
    expect(() => checkJson('data', 'ü'.repeat(499_999))).not.toThrow();
    expect(refused(() => checkJson('data', 'ü'.repeat(500_000)))).toBe(
      '`data` must have at most 1,000,000 bytes as JSON, and has 1,000,002.',
    );
    expect(refused(() => checkJson('data', [1, 2], 4))).toContain('at most 4 bytes as JSON, and has 5.');
    expect(() => checkJson('data', [1, 2], 5)).not.toThrow();
  });
});

describe('the parameters of a flow run', () => {
  const ofBytes = (bytes: number) => ({ a: 'x'.repeat(bytes - 8) });
  test('the parameters of a flow run have the limit and the message of Prefect', () => {
    expect(() => checkParameters('parameters', ofBytes(524_288))).not.toThrow();
    expect(refused(() => checkParameters('parameters', ofBytes(524_289)))).toBe(
      'Flow run parameters must be less than 524,288 bytes when serialized (got 524,289 bytes).',
    );
  });
  test('a NUL in the parameters of a flow run is rejected with its path', () =>
    expect(refused(() => checkParameters('parameters', { a: '\0' }))).toContain('`parameters.a` '));
});

describe('labels', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
  test.each<[Json]>([
    [{}],
    [{ a: 'text', b: 1.5, c: false, d: '' }],
    [many(500)],
    [{ ['k'.repeat(255)]: 'v'.repeat(10_000) }],
  ])('a map of scalars is accepted as labels: case %#', (labels) =>
    expect(() => checkLabels('labels', labels)).not.toThrow(),
  );
  test.each<[Json, string]>([
    [[], '`labels` must be an object.'],
    [null, '`labels` must be an object.'],
    ['text', '`labels` must be an object.'],
    [{ a: null }, '`labels.a` must be a string, a number or a boolean.'],
    [{ a: ['b'] }, '`labels.a` must be a string, a number or a boolean.'],
    [{ a: { b: 1 } }, '`labels.a` must be a string, a number or a boolean.'],
    [{ a: Number.NEGATIVE_INFINITY }, '`labels.a` must be a finite number.'],
    [{ a: '\0' }, '`labels.a` contains a NUL character, which cannot be stored.'],
    [{ '\0': 1 }, 'A key of `labels` contains a NUL character, which cannot be stored.'],
    [{ '': 1 }, '`labels` must not have an empty key.'],
    [{ ['k'.repeat(256)]: 1 }, 'A key of `labels` must have at most 255 characters, and has 256.'],
    [{ a: 'v'.repeat(10_001) }, '`labels.a` must have at most 10,000 characters, and has 10,001.'],
    [many(501), '`labels` must have at most 500 keys, and has 501.'],
  ])('labels that are not a small map of scalars are rejected: $1', (labels, message) =>
    expect(refused(() => checkLabels('labels', labels))).toBe(message),
  );
});
