import { expect, test } from 'vitest';
import { DEFAULT_TENANT_ID, visibleTenant } from '../../../src/core/values/viewer.ts';

test.each([
  ['a token of one tenant', false, DEFAULT_TENANT_ID],
  ['a token of every tenant', true, null],
])('a Prefect 1 client with %s sees that', (_, ofEveryTenant, expected) => {
  expect(visibleTenant({ tenantId: DEFAULT_TENANT_ID, role: 'WRITER', ofEveryTenant })).toBe(expected);
});
