import { type EngineOptions, type StartedEngine, startEngine, stopEngine } from '../../src/actions/startEngine.ts';
import { DEFAULT_TENANT_ID, type Viewer } from '../../src/core/values/viewer.ts';
import { openStreams } from '../../src/streams/streams.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';

export const viewer: Viewer = { tenantId: DEFAULT_TENANT_ID, role: 'ADMIN' };

export interface TestEngine {
  engine: StartedEngine;
  test: TestDatabase;
  close(): Promise<void>;
}

/** Starts an engine on a fresh database. */
export async function testEngine(options: EngineOptions = {}): Promise<TestEngine> {
  const test = await testDatabase();
  const streams = await openStreams(test.database);
  const engine = startEngine(test.database, streams, options);
  return {
    engine,
    test,
    async close() {
      await stopEngine(engine);
      await streams.close();
      await test.drop();
    },
  };
}
