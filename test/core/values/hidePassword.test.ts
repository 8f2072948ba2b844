import { expect, test } from 'vitest';
import { hidePassword } from '../../../src/core/values/hidePassword.ts';

test.each([
  [null, ''],
  ['postgresql://ada@db/flows', 'postgresql://ada@db/flows'],
  ['postgresql://ada:secret@db/flows', 'postgresql://ada:***@db/flows'],
  ['postgresql:///flows?user=ada&password=secret', 'postgresql:///flows?user=ada&password=***'],
])('the URL %s is shown as %j', (url, shown) => {
  expect(hidePassword(url)).toBe(shown);
});
