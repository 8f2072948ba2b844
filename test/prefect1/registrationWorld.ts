import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { v7 } from 'uuid';
import type { JsonObject } from '../../src/core/values/jsonObject.ts';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { OPERATIONS } from '../../src/prefect1/dialect.ts';
import type { Prefect1Context } from '../../src/prefect1/operations/prefect1Context.ts';
import { viewer as ownViewer, type TestEngine, testEngine } from '../support/engine.ts';

// Registration through the functions behind the mutations of the dialect, on a fresh database.

export interface RegistrationWorld {
  t: TestEngine;
  /** Runs a mutation, by default as a client of an open server. */
  mutate(name: string, input: object, viewer?: Viewer): Promise<{ id: string; success: boolean }>;
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Creates a project of the default tenant. */
  newProject(): Promise<string>;
  close(): Promise<void>;
}

export const everyone: Viewer = { ...ownViewer, ofEveryTenant: true };

export async function registrationWorld(): Promise<RegistrationWorld> {
  const t = await testEngine();
  const mutate: RegistrationWorld['mutate'] = async (name, input, viewer = everyone) => {
    const context = {
      engine: t.engine,
      viewer,
      headers: { coreVersion: null, agentId: null },
      now: () => Date.now() * 1000,
    };
    // The cast: these mutations need no loaders, and every payload has one of the two fields.
    return (await OPERATIONS[name]?.(context as unknown as Prefect1Context, { ...input })) as {
      id: string;
      success: boolean;
    };
  };
  return {
    t,
    mutate,
    sql: (text, values = []) => t.test.database.query({ name: `test ${text}`.slice(0, 60), text }, values),
    newProject: async () =>
      (await mutate('create_project', { tenant_id: ownViewer.tenantId, name: `project ${v7()}` })).id,
    close: () => t.close(),
  };
}

/** A flow as serialized by `prefect register` of Prefect 1.4.1. */
export const recordedFlow = (name: string): JsonObject =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, `../fixtures/prefect1/${name}.flow.json`), 'utf8'));

export const serialized = (rest: JsonObject = {}): JsonObject => ({
  name: `flow ${v7()}`,
  type: 'prefect.core.flow.Flow',
  schedule: null,
  parameters: [],
  reference_tasks: [],
  run_config: { type: 'UniversalRun', env: {}, labels: [], __version__: '1.4.1' },
  storage: { type: 'Local', __version__: '1.4.1' },
  __version__: '1.4.1',
  ...rest,
});

export const task = (slug: string, rest: JsonObject = {}): JsonObject => ({
  slug,
  name: slug,
  type: 'prefect.tasks.core.function.FunctionTask',
  tags: [],
  max_retries: 0,
  retry_delay: null,
  trigger: { fn: 'prefect.triggers.all_successful', kwargs: {} },
  cache_key: null,
  auto_generated: false,
  ...rest,
});

export const edge = (upstream: string, downstream: string, rest: JsonObject = {}): JsonObject => ({
  upstream_task: { slug: upstream },
  downstream_task: { slug: downstream },
  key: null,
  mapped: false,
  ...rest,
});

export const compressed = (json: JsonObject): string => gzipSync(JSON.stringify(json)).toString('base64');
