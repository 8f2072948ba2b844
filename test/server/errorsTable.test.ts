import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { PROBLEM_CODES, type ProblemCode } from '../../src/core/values/problem.ts';
import { ClientError } from '../../src/server/observing/clientError.ts';

test('docs/errors.md lists every code with its meaning and its HTTP status', async () => {
  const text = await readFile('docs/errors.md', 'utf8');
  const listed = [...text.matchAll(/^\| `([A-Za-z_-]+)` \| ([^|]+) \| (.+) \|$/gm)].map(
    ([, code, status, meaning]) => ({
      code,
      status: status?.trim(),
      meaning,
    }),
  );
  const codes = Object.entries(PROBLEM_CODES) as [ProblemCode, string][];
  expect(listed).toEqual(
    codes.map(([code, meaning]) => ({
      code,
      status: String(new ClientError({ code, message: '' }).status ?? '200 / 400'),
      meaning,
    })),
  );
});
