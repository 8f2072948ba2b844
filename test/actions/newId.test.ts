import { expect, test } from 'vitest';
import { newId } from '../../src/actions/writing/newId.ts';

test('ids are UUIDv7, differ, and sort in the order of their creation', () => {
  const ids = Array.from({ length: 2_000 }, newId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  // The last 50 bits of each id are random, also within a block of random bytes.
  expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(ids.length);
});
