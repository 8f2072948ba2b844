import type { Logger } from 'pino';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { oneSchema } from '../../src/server/operations/oneSchema.ts';
import { createRequestContext } from '../../src/server/operations/requestContext.ts';
import { type Server, startServer } from '../../src/server/server.ts';
import { anyApiKey } from '../../src/store/tenants/apiKeys.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';

export interface Serving extends TestEngine {
  server: Server;
  url: string;
  /** The log lines so far, oldest first. */
  logged: { [key: string]: unknown }[];
  log: Logger;
}

/** Starts the whole server on a free port and a fresh database, with settings as in the environment. */
export async function serving(settings: { [name: string]: string } = {}): Promise<Serving> {
  const tested = await testEngine();
  const logged: Serving['logged'] = [];
  const log: Logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const config = readConfig({
    FLOWQL_PORT: '0',
    FLOWQL_INIT_TIMEOUT_MS: '60000',
    FLOWQL_KEEP_ALIVE_MS: '300',
    ...settings,
  });
  const server = await startServer(config, {
    database: tested.engine.database,
    schema: oneSchema({ prefect1: config.prefect1 }),
    contextOf: (...request) => createRequestContext(tested.engine, ...request),
    ready: async () => void (await anyApiKey(tested.engine.database.keys)),
    waitingWrites: () => 0,
    log,
  });
  return {
    ...tested,
    server,
    url: `${server.url}/graphql`,
    logged,
    log,
    async close() {
      await server.stop(60_000);
      await tested.close();
    },
  };
}

export type Headers = { [name: string]: string };

export interface Answered<Data = Record<string, unknown>> {
  status: number;
  headers: globalThis.Headers;
  text: string;
  /** Parsed if it is JSON. */
  body: { data: Data; errors?: { message: string; path?: unknown[]; extensions: { [key: string]: unknown } }[] };
}

export async function post<Data>(url: string, body: unknown, headers: Headers = {}): Promise<Answered<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return answered(response);
}

export async function answered<Data>(response: Response): Promise<Answered<Data>> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
}

/** Creates a flow and a flow run. Returns the id of the run. */
export async function newRun(url: string, headers: Headers = {}): Promise<string> {
  const createFlow = 'mutation { createFlow(input: { name: "flow" }) { flow { id } } }';
  const made = await post<{ createFlow: { flow: { id: string } } }>(url, { query: createFlow }, headers);
  const query = 'mutation ($id: ID!) { createFlowRun(input: { flowId: $id }) { flowRun { id } } }';
  const variables = { id: made.body.data.createFlow.flow.id };
  const { body } = await post<{ createFlowRun: { flowRun: { id: string } } }>(url, { query, variables }, headers);
  return body.data.createFlowRun.flowRun.id;
}

interface Moved {
  setFlowRunState: { verdict: string; state: { version: number; type: string } };
}
export const moveRun = (url: string, id: string, type: string, headers: Headers = {}): Promise<Answered<Moved>> =>
  post<Moved>(
    url,
    {
      query: `mutation ($id: ID!, $type: StateType!) {
        setFlowRunState(input: { flowRunId: $id, state: { type: $type }, force: true }) { verdict state { version type } }
      }`,
      variables: { id, type },
    },
    headers,
  );
