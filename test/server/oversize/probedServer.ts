import http from 'node:http';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { buildProgram, type Mutation } from '../../support/program.ts';
import { startServerProcess } from '../../support/serverProcess.ts';

export interface ProbedServer {
  url: string;
  test: TestDatabase;
  /**
   * Sends requests on a connection of its own, one after the other, while `work` runs. Returns the CPU time in
   * milliseconds that the server used between two of its answers, at most: no other request waits for more.
   */
  cpuMsOfHealthyRequests(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/** Starts a server as a process of its own. CPU time, unlike time, does not depend on what else the machine does. */
export async function startProbedServer(mutation?: Mutation): Promise<ProbedServer> {
  const [test, program] = await Promise.all([testDatabase(), buildProgram(mutation)]);
  const server = await startServerProcess(program, test.url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const cpuMs = () =>
    new Promise<number>((resolve, reject) => {
      const request = http.get(`${server.url}/metrics`, { agent }, async (response) => {
        const text = (await response.setEncoding('utf8').toArray()).join('');
        resolve(Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]) * 1000);
      });
      request.on('error', reject);
    });
  return {
    url: `${server.url}/graphql`,
    test,
    async cpuMsOfHealthyRequests(work) {
      let before = await cpuMs();
      let isOver = false;
      const working = work().finally(() => {
        isOver = true;
      });
      let most = 0;
      while (!isOver) {
        const now = await cpuMs();
        most = Math.max(most, now - before);
        before = now;
      }
      await working;
      return most;
    },
    async close() {
      agent.destroy();
      await server.kill();
      await program.remove();
      await test.drop();
    },
  };
}
