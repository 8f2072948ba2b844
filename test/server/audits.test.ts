import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Serving, serving } from './serving.ts';

let served: Serving;
beforeAll(async () => {
  served = await serving();
});
afterAll(() => served.close());

const audits = serverAudits({ url: () => served.url });

test('there are as many audits as there were', () => {
  expect(audits).toHaveLength(61);
});

test.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('$id $name', async ({ fn }) => {
  expect(await fn()).toMatchObject({ status: 'ok' });
});
