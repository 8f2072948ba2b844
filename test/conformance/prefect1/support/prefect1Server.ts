import { afterAll, beforeAll } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../support/postgres.ts';
import { buildProgram, type Program } from '../../../support/program.ts';
import { type ServerProcess, startServerProcess } from '../../../support/serverProcess.ts';
import { waitFor } from '../../../support/waitFor.ts';

let server: ServerProcess | null = null;
let test: TestDatabase | null = null;

/** Starts a server process on a fresh database for the cases of a test file. Settings are as in the environment. */
export function servePrefect1(settings: Record<string, string> = {}): void {
  let program: Program | null = null;
  beforeAll(async () => {
    [test, program] = await Promise.all([testDatabase(), buildProgram()]);
    server = await startServerProcess(program, test.url, undefined, settings);
  });
  afterAll(async () => {
    await server?.kill();
    await program?.remove();
    await test?.drop();
  });
}

export function serverUrl(): string {
  if (!server) throw new Error('call servePrefect1() at the top of the test file');
  return server.url;
}

// The old server's tests moved time by mutations for administrators. Here, time is moved in the database.
const sql = async (text: string, values: unknown[]) =>
  (await test?.database.query({ name: 'test', text }, values)) ?? [];

/** Sets the heartbeat of a flow run to `minutes` ago. */
export const ageHeartbeat = (flowRunId: string, minutes: number) =>
  sql(`update flow_run set heartbeat = now() - $2 * interval '1 minute' where id = $1`, [flowRunId, minutes]);

export const ageTaskHeartbeat = (taskRunId: string, minutes: number) =>
  sql(`update task_run set heartbeat = now() - $2 * interval '1 minute' where id = $1`, [taskRunId, minutes]);

/** Sets the number of attempts of Lazarus. */
export const setTimesResurrected = (flowRunId: string, count: number) =>
  sql('update flow_run set times_resurrected = $2 where id = $1', [flowRunId, count]);

/** Replaces the settings of a flow group, also with missing keys. */
export const setGroupSettings = (flowGroupId: string, settings: object) =>
  sql('update flow_group set settings = $2::jsonb where id = $1', [flowGroupId, JSON.stringify(settings)]);

/** Waits until all deliveries to a URL have been made. */
export const delivered = (url: string) =>
  waitFor(async () => {
    const text = `select 1 from cloud_hook_delivery d join cloud_hook h on h.id = d.cloud_hook_id where h.config ->> 'url' = $1`;
    return (await sql(text, [url])).length === 0;
  });
