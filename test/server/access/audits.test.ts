import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Serving, serving } from '../serving.ts';

let served: Serving;
beforeAll(async () => {
  served = await serving();
});
afterAll(() => served.close());

const audits = serverAudits({ url: () => served.url });

test('graphql-http has 61 audits', () => {
  expect(audits).toHaveLength(61);
});

test.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))(
  'the audit $id of graphql-http passes: $name',
  async ({ fn }) => {
    expect(await fn()).toMatchObject({ status: 'ok' });
  },
);
