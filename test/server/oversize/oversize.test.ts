import net from 'node:net';
import { getIntrospectionQuery, OperationTypeNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneSchema } from '../../../src/server/operations/oneSchema.ts';
import { post } from '../serving.ts';
import { OVERSIZE_DOCUMENTS } from './oversizeDocuments.ts';
import { oversizeRequests } from './oversizeRequests.ts';
import { TREES } from './oversizeValues.ts';
import { type ProbedServer, startProbedServer } from './probedServer.ts';
import { overNewSocket, type SentRequest, TRANSPORTS, type TransportName } from './transports.ts';

// A healthy request waits for at most this much CPU time of the server, for any request of others. The walk starts at the
// schema of both dialects, so it includes each new field, argument, input field and scalar.
const MAX_CPU_MS = 250;

let server: ProbedServer;
beforeAll(async () => {
  server = await startProbedServer();
  // The first requests of a process compile its code.
  await occupiedMs('a POST', { query: '{ flows { totalCount } flow { id } }', variables: '{}' });
});
afterAll(() => server.close());

async function occupiedMs(transport: TransportName, request: SentRequest): Promise<number> {
  return Math.round(await server.cpuMsOfHealthyRequests(() => TRANSPORTS[transport](server.url, request)));
}

const requests = oversizeRequests(oneSchema({ prefect1: true }));
const fields = [...new Set(requests.map(({ field }) => field))];

test.each(fields)('no value in the arguments of %s occupies the server', async (field) => {
  const faults: string[] = [];
  for (const request of requests.filter((one) => one.field === field)) {
    const isStream = request.operation === OperationTypeNode.SUBSCRIPTION;
    const transports: TransportName[] = isStream ? ['a stream of server-sent events', 'a WebSocket'] : ['a POST'];
    for (const transport of transports) {
      const cpuMs = await occupiedMs(transport, request);
      if (cpuMs > MAX_CPU_MS) faults.push(`${request.name}, sent by ${transport}: ${cpuMs} ms`);
    }
  }
  expect(faults).toEqual([]);
});

// Each reaches another part of the server: the coercion, an action, a list of the Prefect 1 dialect.
const DOCUMENTS = {
  filter: 'query ($value: FlowRunFilter) { flowRuns(filter: $value) { totalCount } }',
  labels: 'mutation ($value: Labels) { createFlow(input: { name: "flow", labels: $value }) { created } }',
  conditions: 'query ($value: [flow_bool_exp!]) { flow(where: { _or: $value }) { id } }',
};

describe.each(keysOf(TRANSPORTS))('%s', (transport) => {
  test.each(keysOf(DOCUMENTS))(
    `${transport} with an oversize value for %s does not occupy the server`,
    async (name) => {
      const faults: string[] = [];
      for (const { name: kind, json } of TREES) {
        const cpuMs = await occupiedMs(transport, { query: DOCUMENTS[name], variables: `{"value":${json}}` });
        if (cpuMs > MAX_CPU_MS) faults.push(`${kind}: ${cpuMs} ms`);
      }
      expect(faults).toEqual([]);
    },
  );
});

test.each(Object.keys(OVERSIZE_DOCUMENTS))('a document with %s does not occupy the server', async (name) => {
  const query = OVERSIZE_DOCUMENTS[name] ?? '';
  const faults: string[] = [];
  for (const transport of ['a POST', 'a batch of ten', 'a WebSocket'] as const) {
    const cpuMs = await occupiedMs(transport, { query, variables: '{}' });
    if (cpuMs > MAX_CPU_MS) faults.push(`${transport}: ${cpuMs} ms`);
  }
  expect(faults).toEqual([]);
});

test('what a WebSocket sends before its key is checked does not occupy the server', async () => {
  for (const { json } of TREES) {
    const request = { query: '', variables: json };
    const cpuMs = await server.cpuMsOfHealthyRequests(() => overNewSocket(server.url, request));
    expect(cpuMs).toBeLessThan(MAX_CPU_MS);
  }
});

test('many introspections that are sent at once do not occupy the server', async () => {
  const body = JSON.stringify({ query: getIntrospectionQuery() });
  const headers = 'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n';
  const pipelined = `${headers}content-length: ${body.length}\r\n\r\n${body}`.repeat(20);
  const sendPipelined = () =>
    new Promise<void>((resolve, reject) => {
      const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(pipelined));
      let answers = 0;
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        answers += chunk.split('HTTP/1.1 200').length - 1;
        if (answers === 20) resolve(void socket.destroy());
      });
      socket.on('error', reject);
    });
  const batch = `[${Array(8).fill(body)}]`;
  expect(await server.cpuMsOfHealthyRequests(() => post(server.url, batch))).toBeLessThan(MAX_CPU_MS);
  expect(await server.cpuMsOfHealthyRequests(sendPipelined)).toBeLessThan(MAX_CPU_MS);
});

test('an operation name of 10 MB does not occupy the server', async () => {
  const body = JSON.stringify({ query: 'query A { __typename }', operationName: 'A'.repeat(10_000_000) });
  const cpuMs = await server.cpuMsOfHealthyRequests(() => post(server.url, body));
  expect(cpuMs).toBeLessThan(MAX_CPU_MS);
});

/** Object.keys returns strings; the keys of these constants are known. */
function keysOf<Key extends string>(object: { readonly [Name in Key]: unknown }): Key[] {
  return Object.keys(object) as Key[];
}
