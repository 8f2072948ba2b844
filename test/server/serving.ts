import type { Logger } from 'pino';
import { pino } from 'pino';
import { createContext } from '../../src/api/context.ts';
import { schema } from '../../src/api/schema.ts';
import { readConfig } from '../../src/config.ts';
import { type Server, startServer } from '../../src/server/server.ts';
import { anyApiKey } from '../../src/store/apiKeys.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';

export interface Serving extends TestEngine {
  server: Server;
  url: string;
  /** What was logged so far, newest last. */
  logged: { [key: string]: unknown }[];
}

/** The whole server, on any free port, on a fresh database. Settings are given as in the environment. */
export async function serving(settings: { [name: string]: string } = {}): Promise<Serving> {
  const tested = await testEngine();
  const logged: Serving['logged'] = [];
  const log: Logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const server = await startServer(readConfig({ FLOWQL_PORT: '0', ...settings }), {
    database: tested.engine.database,
    schema,
    contextOf: (viewer) => createContext(tested.engine, viewer),
    ready: async () => void (await anyApiKey(tested.engine.database)),
    waitingWrites: () => 0,
    log,
  });
  return {
    ...tested,
    server,
    url: `${server.url}/graphql`,
    logged,
    async close() {
      await server.stop(1_000);
      await tested.close();
    },
  };
}

export type Headers = { [name: string]: string };

export interface Answered {
  status: number;
  headers: globalThis.Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
}

export async function post(url: string, body: unknown, headers: Headers = {}): Promise<Answered> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return answered(response);
}

export async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
}

/** Makes a flow and a run of it, and gives the run's id. */
export async function newRun(url: string, headers: Headers = {}): Promise<string> {
  const { body } = await post(url, { query: 'mutation { createFlow(input: { name: "flow" }) { flow { id } } }' }, headers);
  const query = 'mutation ($id: ID!) { createFlowRun(input: { flowId: $id }) { flowRun { id } } }';
  const made = await post(url, { query, variables: { id: body.data.createFlow.flow.id } }, headers);
  return made.body.data.createFlowRun.flowRun.id;
}

export const moveRun = (url: string, id: string, type: string, headers: Headers = {}): Promise<Answered> =>
  post(
    url,
    {
      query: `mutation ($id: ID!, $type: StateType!) {
        setFlowRunState(input: { flowRunId: $id, state: { type: $type }, force: true }) { verdict state { version type } }
      }`,
      variables: { id, type },
    },
    headers,
  );
