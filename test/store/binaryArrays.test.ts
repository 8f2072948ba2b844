import { afterAll, beforeAll, expect, test } from 'vitest';
import { FIRST_INSTANT, LAST_INSTANT } from '../../src/core/values/instant.ts';
import { writeJson } from '../../src/core/values/writeJson.ts';
import { statement } from '../../src/store/connection/database.ts';
import {
  bigintArray,
  booleanArray,
  floatArray,
  integerArray,
  jsonbArray,
  smallintArray,
  textArray,
  timeArray,
  uuidArray,
} from '../../src/store/query/binaryArrays.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
afterAll(() => opened.drop());

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

test.each([
  ['int2', [0, -1, 32_767], smallintArray],
  ['int4', [1, -2_147_483_648, 2_147_483_647], integerArray],
  ['int8', [0, -1, -(2 ** 53), 2 ** 53 - 1, 4_294_967_296], bigintArray],
  ['float8', [0, -1.5, 1e300, 5e-324], floatArray],
  ['bool', [true, false], booleanArray],
  ['text', ['', 'a"\\,{}', 'ä😀\n'], textArray],
  ['timestamptz', [FIRST_INSTANT, -1, 0, 1_795_000_000_123_456, LAST_INSTANT], timeArray],
  ['uuid', [ID, ID.toUpperCase(), '00000000-0000-0000-0000-000000000000'], uuidArray],
])('PostgreSQL reads %s elements of a binary array as they were, and nulls', async (type, values, arrayOf) => {
  // The cast: the elements of each row have the type that its function takes.
  const encode = arrayOf as (values: readonly unknown[]) => Buffer;
  const read = statement(`test.${type}`, `select unnest($1::${type}[]) as value`);
  for (const given of [[], values, [null, ...values, null]]) {
    const rows = await opened.database.query<{ value: unknown }>(read, [encode(given)]);
    expect(rows.map(({ value }) => value)).toEqual(given.map((value) => (value === ID.toUpperCase() ? ID : value)));
  }
});

test('PostgreSQL reads JSON texts of a binary array as they were', async () => {
  const read = statement('test.jsonb', 'select unnest($1::jsonb[]) as value');
  const texts = ['{"a": [1.0, null]}', '"ä😀"', 'null', null];
  const rows = await opened.database.query<{ value: unknown }>(read, [jsonbArray(texts)]);
  expect(rows.map(({ value }) => writeJson(value as object | null))).toEqual([
    '{"a":[1.0,null]}',
    '"ä😀"',
    'null',
    'null',
  ]);
});

test('a text that is no UUID is not written as one', () => {
  expect(() => uuidArray(['01890a5d-ac96-774b-bcce-b302099a805x'])).toThrow('not a UUID');
});
