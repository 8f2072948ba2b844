import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../../src/actions/flowRuns/createFlowRun.ts';
import { createTaskRun } from '../../../src/actions/taskRuns/createTaskRun.ts';
import { writeLogs } from '../../../src/actions/taskRuns/writeLogs.ts';
import { newId } from '../../../src/actions/writing/newId.ts';
import { formatInstant } from '../../../src/core/values/instant.ts';
import type { Viewer } from '../../../src/core/values/viewer.ts';
import { createApiKey } from '../../../src/store/tenants/apiKeys.ts';
import { viewer } from '../../support/engine.ts';
import { buildProgram, type Program } from '../../support/program.ts';
import { insertTenant, NOON } from '../../support/rows.ts';
import { type ServerProcess, startServerProcess } from '../../support/serverProcess.ts';
import { settled } from '../../support/settled.ts';
import { waitFor } from '../../support/waitFor.ts';
import { type Serving, serving } from '../serving.ts';

let server: Serving;
beforeAll(async () => {
  server = await serving();
});
afterAll(() => server.close());

const HEADER = 'timestamp,level,flow_run_id,task_run_id,message';
const newRun = async (name: string, as: Viewer = viewer) => {
  const { flow } = await createFlow(server.engine, as, { name: 'f' });
  return (await createFlowRun(server.engine, as, { flowId: flow.id, name })).flowRun.id;
};
const at = (origin: string, id: string) => `${origin}/flow-runs/${id}/logs.csv`;
const download = (id: string, request: RequestInit = {}) => fetch(at(server.server.url, id), request);
const write = (logs: { flowRunId?: string; taskRunId?: string; timestamp: number; message: string }[]) =>
  writeLogs(server.engine, viewer, { logs: logs.map((log) => ({ level: 20, name: 'n', ...log })) });

describe('the log lines of a run as CSV', () => {
  test('CSV lines are ordered by time and then by number', async () => {
    const flowRunId = await newRun('a run');
    const made = await createTaskRun(server.engine, viewer, { flowRunId, taskKey: 't', dynamicKey: '0' });
    const taskRunId = made.taskRun.id;
    const noon = NOON - (NOON % 1_000_000);
    await write([
      { flowRunId, timestamp: noon + 2_000_001, message: 'last' },
      { flowRunId, timestamp: noon, message: 'first' },
      { taskRunId, timestamp: noon + 1_000_000, message: 'second' },
      { flowRunId, timestamp: noon + 1_000_000, message: 'third' },
    ]);
    expect((await (await download(flowRunId)).text()).split('\r\n')).toEqual([
      HEADER,
      `2026-11-21 12:00:00+00:00,20,${flowRunId},,first`,
      `2026-11-21 12:00:01+00:00,20,${flowRunId},${taskRunId},second`,
      `2026-11-21 12:00:01+00:00,20,${flowRunId},,third`,
      `2026-11-21 12:00:02.000001+00:00,20,${flowRunId},,last`,
      '',
    ]);
  });

  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['a, b', '"a, b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['half a\rbreak', '"half a\rbreak"'],
    ['ünï 🦆', 'ünï 🦆'],
    // Spreadsheets would run them.
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(1)', "'@SUM(1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['＝1+1', "'＝1+1"],
    ['="a",1', '"\'=""a"",1"'],
  ])('the message %j is written to CSV as %j', async (message, field) => {
    const flowRunId = await newRun('quoted');
    await write([{ flowRunId, timestamp: NOON, message }]);
    const text = await (await download(flowRunId)).text();
    expect(text).toBe(`${HEADER}\r\n2026-11-21 12:00:00.123456+00:00,20,${flowRunId},,${field}\r\n`);
  });

  test('a CSV file has the name of the flow run', async () => {
    const id = await newRun('rün\'s "1" (a*b)');
    const { status, headers } = await download(id, { method: 'HEAD' });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="flow-run-logs.csv"; filename*=UTF-8''r%C3%BCn%27s%20%221%22%20%28a%2Ab%29-logs.csv`,
    );
  });

  test('the CSV of a flow run without log lines has only a header', async () => {
    expect(await (await download(await newRun('silent'))).text()).toBe(`${HEADER}\r\n`);
  });

  test.each([
    ['an unknown run', '01900000-0000-7000-8000-00000000dead'],
    ['a word instead of an id', 'everything'],
    ['a NUL instead of an id', '%00'],
  ])('the CSV of %s is NOT_FOUND', async (_, id) => {
    const response = await download(id);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('logsCsvUrl is the address of the CSV', async () => {
    const id = await newRun('told');
    const query = 'query ($id: ID!) { flowRun(id: $id) { logsCsvUrl } }';
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables: { id } });
    const told = await (await fetch(server.url, { method: 'POST', headers, body })).json();
    const { logsCsvUrl } = (told as { data: { flowRun: { logsCsvUrl: string } } }).data.flowRun;
    expect((await fetch(new URL(logsCsvUrl, server.url))).status).toBe(200);
    expect((await download(id.toUpperCase())).status).toBe(200);
  });

  test('the CSV can only be read', async () => {
    const id = await newRun('read');
    const response = await download(id, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await download(id, { method: 'OPTIONS' })).status).toBe(204);
    const foreign = { origin: 'http://evil.example' };
    expect((await download(id, { headers: foreign })).status).toBe(403);
  });
});

/** Inserts log lines in batches, generated by the database. */
async function fill(flowRunId: string, count: number, bytes: number) {
  const { database } = server.engine;
  const rows = (text: string, values: unknown[]) => database.query({ name: 'test.fill', text }, values);
  for (let first = 1; first <= count; first += 10_000)
    await rows(
      `insert into log (id, tenant_id, run_id, flow_run_id, number, timestamp, level, name, message)
       select gen_random_uuid(), $1, $2, $2, line, $3::timestamptz + line * interval '1 ms', 20, 'n', rpad(line::text, $6, '-')
       from generate_series($4::int, $5::int) as line`,
      [viewer.tenantId, flowRunId, formatInstant(NOON), first, first + 9_999, bytes],
    );
  await rows('insert into run_counter (run_id, logs) values ($1, $2)', [flowRunId, count]);
}

test('a CSV download waits for a slow reader and ends when the reader disconnects', async () => {
  const id = await newRun('long');
  await fill(id, 40_000, 1_000);
  const { database } = server.engine;
  let reads = 0;
  database.onStatement = (name) => {
    if (name === 'logs.byTime') reads += 1;
  };
  const readsAtRest = () =>
    settled(
      () => reads,
      async () => (await fetch(`${server.server.url}/ready`)).text(),
    );
  const request = get(at(server.server.url, id));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await once(response, 'readable');
  const stalled = await readsAtRest();
  // Of more than 160; the sockets hold some megabytes.
  expect(stalled).toBeLessThan(60);
  for (let taken = 0; taken < 8_000_000; ) {
    const chunk: Buffer | null = response.read();
    if (chunk) taken += chunk.length;
    else await once(response, 'readable');
  }
  await waitFor(() => reads > stalled);
  request.destroy();
  const ended = await readsAtRest();
  expect(ended).toBeLessThan(140);
  database.onStatement = null;
  expect(server.logged.filter(({ level }) => Number(level) >= 40)).toEqual([]);
});

describe('the CSV of a server with API keys', () => {
  test('the CSV contains only lines of the tenant of the key', async () => {
    const closed = await serving();
    try {
      const tenantId = await insertTenant(closed.test.database);
      const make = async (as: Viewer) => {
        const { flow } = await createFlow(closed.engine, as, { name: 'f' });
        return (await createFlowRun(closed.engine, as, { flowId: flow.id })).flowRun.id;
      };
      const [own, foreign] = [await make(viewer), await make({ tenantId, role: 'ADMIN' })];
      const key = await createApiKey(closed.test.database, {
        id: newId(),
        tenant: 'default',
        name: 'reader',
        role: 'READER',
      });
      const status = async (id: string, authorization?: string) =>
        (await fetch(at(closed.server.url, id), { headers: authorization ? { authorization } : {} })).status;
      expect(await status(own)).toBe(401);
      expect(await status(own, 'Bearer fk_none')).toBe(401);
      expect(await status(own, `Bearer ${key}`)).toBe(200);
      expect(await status(foreign, `Bearer ${key}`)).toBe(404);
    } finally {
      await closed.close();
    }
  });
});

describe('the CSV of two hundred thousand lines', () => {
  let program: Program;
  let child: ServerProcess;
  beforeAll(async () => {
    program = await buildProgram();
    // A small heap is collected often, so that the memory counted is the memory in use.
    const settings = { NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=2' };
    child = await startServerProcess(program, server.test.url, undefined, settings);
  });
  afterAll(async () => {
    await child?.kill();
    await program?.remove();
  });

  const LINES = 200_000;
  const LINE_BYTES = 600;
  const memory = async () => {
    const text = await (await fetch(`${child.url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
  };

  test('a CSV of 135 MB costs the server less than half of that in memory', async () => {
    const id = await newRun('very long');
    await fill(id, LINES, LINE_BYTES);
    await (await fetch(at(child.url, await newRun('warm')))).text();
    const before = await memory();
    let most = before;
    const watch = setInterval(async () => {
      most = Math.max(most, await memory().catch(() => 0));
    }, 100);
    const response = await fetch(at(child.url, id));
    let bytes = 0;
    let lines = 0;
    // The cast: Node's web streams can be iterated, but the types of the web's cannot.
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 10) lines += 1;
    }
    clearInterval(watch);
    expect(lines).toBe(LINES + 1);
    expect(bytes).toBeGreaterThan(135_000_000);
    expect(most - before).toBeLessThan(67_500_000);
  });
});
