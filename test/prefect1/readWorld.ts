import { execute, GraphQLObjectType, GraphQLSchema, parse, validate } from 'graphql';
import { v7 } from 'uuid';
import { DEFAULT_TENANT_ID, type Viewer } from '../../src/core/values/viewer.ts';
import { createLoaders } from '../../src/loading/loaders.ts';
import { createRequestBudget, UNLIMITED } from '../../src/loading/requestBudget.ts';
import { readQueryFields } from '../../src/prefect1/reads/readFields.ts';
import type { Database } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { insertRows } from '../support/rows.ts';

export const everyone: Viewer = { tenantId: DEFAULT_TENANT_ID, role: 'ADMIN', ofEveryTenant: true };

const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: readQueryFields }) });

export interface Answer {
  // Tests know the form of their answer.
  // biome-ignore lint/suspicious/noExplicitAny: the document gives the form
  data: any;
  errors: { message: string; code: unknown }[];
  /** The names of the executed statements. */
  statements: string[];
}

export interface ReadWorld extends TestDatabase {
  read(document: string, variables?: object, viewer?: Viewer): Promise<Answer>;
}

/** Opens a fresh database that is read through the fields of the dialect. */
export async function openReadWorld(): Promise<ReadWorld> {
  const world = await testDatabase();
  const { database } = world;
  return {
    ...world,
    async read(document, variables = {}, viewer = everyone) {
      const parsed = parse(document);
      const faults = validate(schema, parsed);
      if (faults[0]) throw faults[0];
      const statements: string[] = [];
      database.onStatement = (name) => statements.push(name);
      const { data, errors = [] } = await execute({
        schema,
        document: parsed,
        variableValues: { ...variables },
        contextValue: {
          viewer,
          budget: createRequestBudget(UNLIMITED),
          loaders: createLoaders(database, viewer.tenantId),
          variables,
        },
      });
      database.onStatement = null;
      return {
        // As a client gets it, without prototypes and functions.
        data: JSON.parse(JSON.stringify(data ?? null)),
        errors: errors.map(({ message, originalError }) => ({
          message,
          code: originalError && 'code' in originalError ? originalError.code : null,
        })),
        statements,
      };
    },
  };
}

/** Default values of rows by table. */
const RUN = {
  version: 1,
  stateName: 'a state',
  stateTimestamp: '2026-11-21T12:00:00Z',
  prefect1State: 'Scheduled',
  stateType: 'SCHEDULED',
};
const STATE = {
  type: 'RUNNING',
  name: 'Running',
  timestamp: '2026-11-21T12:00:00Z',
  prefect1State: 'Running',
  serializedState: {},
};
const DEFAULTS: { [table: string]: object } = {
  tenant: { name: 'another' },
  cloud_hook: { type: 'WEBHOOK' },
  flow_run: { ...RUN, name: 'run', scheduledStartTime: '2026-11-21T12:00:00Z' },
  task_run: { ...RUN, name: 'task run', taskKey: 'task', prefect1State: 'Pending' },
  flow_run_state: STATE,
  task_run_state: STATE,
  log: { level: 20, name: 'prefect', message: 'a line', timestamp: '2026-11-21T12:00:00Z' },
  task_run_artifact: { kind: 'link' },
};

const NO_TENANT = ['tenant', 'flow_run_state', 'task_run_state'];
const CREATED = '2026-11-21T11:00:00Z';

/** Inserts a row. Returns its id. */
export async function insert(database: Database, table: string, row: object): Promise<string> {
  const id = v7();
  const given = { id, ...(NO_TENANT.includes(table) ? {} : { tenantId: DEFAULT_TENANT_ID }), stateId: v7(), ...row };
  const whole = { dynamicKey: id, created: CREATED, updated: CREATED, ...DEFAULTS[table], ...given };
  await insertRows(database, table, [whole]);
  return whole.id;
}

/** Inserts a project with a flow, its group and tasks. */
export async function insertFlow(database: Database, flow: object = {}, slugs: readonly string[] = []) {
  const projectId = await insert(database, 'project', { name: v7() });
  const flowGroupId = await insert(database, 'flow_group', { name: v7() });
  const id = await insert(database, 'flow', { name: 'flow', version: 1, projectId, flowGroupId, ...flow });
  const tasks: { [slug: string]: string } = {};
  for (const slug of slugs) tasks[slug] = await insert(database, 'task', { flowId: id, name: slug, slug });
  return { id, projectId, flowGroupId, tasks };
}

/** Returns the id of a task inserted with its flow. */
export function idOf(tasks: { [slug: string]: string }, slug: string): string {
  const id = tasks[slug];
  if (id === undefined) throw new Error(`There is no task ${slug}.`);
  return id;
}
