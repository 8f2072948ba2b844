import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { forgetIdempotencyKeys } from '../../src/services/forgetIdempotencyKeys.ts';
import { startLoops } from '../../src/services/loops.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { waitFor } from '../support/waitFor.ts';

let t: TestEngine;
beforeAll(async () => {
  t = await testEngine();
});
afterAll(() => t.close());

const sql = (text: string) => t.test.database.query<{ key: string }>({ name: 'test', text });
const keys = async () => (await sql('select key from idempotency_key order by key')).map(({ key }) => key);

test('only answers older than the setting are deleted', async () => {
  for (const key of ['new', 'old']) await createFlow(t.engine, viewer, { name: key, idempotencyKey: key });
  await sql("update idempotency_key set created = created - interval '25 hours' where key = 'old'");
  await forgetIdempotencyKeys(24).tick(t.engine, Date.now() * 1000);
  expect(await keys()).toEqual(['new']);
});

test('thousands of answers are deleted in one round', async () => {
  await sql(`insert into idempotency_key (tenant_id, operation, key, request_hash, answer, created)
    select '${viewer.tenantId}', 'test', 'k' || n, '', '{}', now() - interval '3 days' from generate_series(1, 2500) n`);
  await forgetIdempotencyKeys(24).tick(t.engine, Date.now() * 1000);
  expect(await keys()).toEqual(['new']);
});

test('a loop continues after a failed round and ends when it is stopped', async () => {
  let rounds = 0;
  const failures: string[] = [];
  const loop = {
    name: 'failing',
    everyMs: 1,
    tick: async () => {
      rounds += 1;
      throw new Error('a fault');
    },
  };
  const running = startLoops(t.engine, [loop], (name) => failures.push(name));
  await waitFor(() => rounds >= 3);
  await running.stop();
  const stoppedAt = rounds;
  expect(failures).toEqual(Array.from({ length: stoppedAt }, () => 'failing'));
  let laterRounds = 0;
  const counting = async () => {
    laterRounds += 1;
  };
  const later = startLoops(t.engine, [{ ...loop, tick: counting }], () => {});
  await waitFor(() => laterRounds >= 20);
  await later.stop();
  expect(rounds).toBe(stoppedAt);
});
