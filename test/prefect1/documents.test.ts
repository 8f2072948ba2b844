import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { execute, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneSchema } from '../../src/server/operations/oneSchema.ts';
import { contextFor } from '../support/contextFor.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { everyone, idOf, insert, insertFlow, openReadWorld, type ReadWorld } from './readWorld.ts';

interface Document {
  name: string;
  kind: 'query' | 'mutation';
  query: string;
  variables: object | null;
}

const fixture = (name: string) => readFileSync(path.join(import.meta.dirname, '../fixtures/prefect1', name), 'utf8');
const documents: Document[] = JSON.parse(fixture('documents.json'));
/** Queries that read no table. */
const OPERATIONS = /\b(hello|get_task_run_info)\b/;
const reads = documents.filter(({ kind, query }) => kind === 'query' && !OPERATIONS.test(query));

// The documents use this id for every row.
const id = '00000000-0000-0000-0000-000000000001';

describe('queries of Prefect 1.4.1', () => {
  let world: ReadWorld;
  beforeAll(async () => {
    world = await openReadWorld();
    const { database } = world;
    const { tasks } = await insertFlow(database, { id, name: 'f' }, ['t-1']);
    await insert(database, 'flow_run', { id, flowId: id, name: 'n' });
    await insert(database, 'task_run', { id, flowRunId: id, taskId: idOf(tasks, 't-1') });
    await insert(database, 'flow_run_state', { flowRunId: id, version: 1 });
    await insert(database, 'log', { runId: id, flowRunId: id, number: 1, message: 'hello' });
    await insert(database, 'agent_config', { id });
  });
  afterAll(() => world.drop());

  test('the recorded documents contain all queries of the client', () => {
    expect(documents.length).toBe(84);
    expect(reads.length).toBeGreaterThan(50);
  });

  test.each(reads)('the query $name of Prefect 1.4.1 is answered without an error', async ({ query, variables }) => {
    const { data, errors, statements } = await world.read(query, variables ?? {});
    expect(errors).toEqual([]);
    expect(Object.values(data)).toHaveLength(1);
    // The run, its task runs, their tasks, its flow and its project.
    expect(statements.length).toBeLessThanOrEqual(5);
  });

  test.each(['flow_run_info', 'FlowView.from_flow_id', 'FlowRunView.from_flow_run_id', 'agent_config'])(
    'the query %s of Prefect 1.4.1 finds its row',
    async (name) => {
      const document = documents.find((one) => one.name === name);
      const { data } = await world.read(document?.query ?? '');
      const [found] = Object.values(data);
      expect([found].flat()).toHaveLength(1);
      expect(found).not.toBeNull();
    },
  );
});

describe('all documents of Prefect 1.4.1', () => {
  const schema = oneSchema({ prefect1: true });
  // Left out of the documents because they are long.
  const flow = fixture('hello.flow.json');
  const complete = (variables: object | null) =>
    JSON.parse(
      JSON.stringify(variables ?? {})
        .replace('H4sI...', gzipSync(flow).toString('base64'))
        .replace('{"name":"f"}', flow),
    );
  const REFUSED: { [name: string]: string } = { create_tenant: 'Uniqueness violation.' };
  const takesAway = ({ name }: Document) => name.startsWith('delete_');
  const inOrder = [...documents.filter((one) => !takesAway(one)), ...documents.filter(takesAway).reverse()];

  let t: TestEngine;
  beforeAll(async () => {
    t = await testEngine();
    const { database } = t.test;
    await insert(database, 'tenant', { id, slug: 'another' });
    const owned = { id, tenantId: id };
    await insert(database, 'project', { ...owned, name: 'project' });
    await insert(database, 'flow_group', { ...owned, name: 'vg' });
    const places = { versionGroupId: 'vg', projectId: id, flowGroupId: id };
    await insert(database, 'flow', { ...owned, name: 'flow', version: 1, ...places });
    await insert(database, 'task', { ...owned, flowId: id, name: 't', slug: 't-1' });
    await insert(database, 'flow_run', { ...owned, flowId: id });
    await insert(database, 'task_run', {
      ...owned,
      flowRunId: id,
      taskId: id,
      taskKey: 't-1',
      dynamicKey: '-1',
      mapIndex: -1,
    });
    await insert(database, 'task_run_artifact', { ...owned, taskRunId: id });
    await insert(database, 'agent_config', owned);
  });
  afterAll(() => t.close());

  test.each(inOrder)(
    'the document $name of Prefect 1.4.1 is valid and answered',
    async ({ name, query, variables }) => {
      const document = parse(query);
      expect(validate(schema, document)).toEqual([]);
      const variableValues = complete(variables);
      const { data, errors = [] } = await execute({
        schema,
        document,
        variableValues,
        contextValue: contextFor(t.engine, everyone, {
          headers: { coreVersion: '1.4.1', agentId: null },
          variables: variableValues,
        }),
      });
      const refusal = REFUSED[name];
      expect(errors.map(({ message }) => message)).toEqual(refusal ? [refusal] : []);
      if (refusal) return;
      const [answer] = Object.values(data ?? {});
      expect(answer).not.toBeNull();
      // A flow without a schedule cannot start it.
      if (name !== 'set_schedule_active') expect(answer).not.toMatchObject({ success: false });
    },
  );
});
