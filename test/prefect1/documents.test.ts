import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, insert, insertFlow, openReadWorld, type ReadWorld } from './readWorld.ts';

interface Document {
  name: string;
  kind: 'query' | 'mutation';
  query: string;
  variables: object | null;
}

const file = path.join(import.meta.dirname, '../fixtures/prefect1/documents.json');
const documents: Document[] = JSON.parse(readFileSync(file, 'utf8'));
/** What no table answers. */
const OPERATIONS = /\b(hello|get_task_run_info)\b/;
const reads = documents.filter(({ kind, query }) => kind === 'query' && !OPERATIONS.test(query));

// The documents ask for this id of everything.
const id = '00000000-0000-0000-0000-000000000001';

describe('what Prefect 1.4.1 reads from tables', () => {
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

  test('are all documents of the client but mutations', () => {
    expect(documents.length).toBe(84);
    expect(reads.length).toBeGreaterThan(50);
  });

  test.each(reads)('$name is answered without an error', async ({ query, variables }) => {
    const { data, errors, statements } = await world.read(query, variables ?? {});
    expect(errors).toEqual([]);
    expect(Object.values(data)).toHaveLength(1);
    // The run, its task runs, their tasks, its flow, that one's project.
    expect(statements.length).toBeLessThanOrEqual(5);
  });

  test.each(['flow_run_info', 'FlowView.from_flow_id', 'FlowRunView.from_flow_run_id', 'agent_config'])(
    '%s finds its row',
    async (name) => {
      const document = documents.find((one) => one.name === name);
      const { data } = await world.read(document?.query ?? '');
      const [found] = Object.values(data);
      expect([found].flat()).toHaveLength(1);
      expect(found).not.toBeNull();
    },
  );
});
