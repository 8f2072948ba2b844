import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { addressOf, finished, flowql } from '../test/cli/running.ts';
import { guardedDirectory } from '../test/support/guardedDirectory.ts';
import { prefectEnvironment } from './prefectEnvironment.ts';

// Tests the real Prefect 1.4.1 (client, command line, runners and agent) against the real server with its own embedded
// PostgreSQL. `npm run test:prefect1 -- -k words` runs the tests whose names contain the words.

const TESTS = path.resolve(import.meta.dirname, '../test/prefect1/client');

const prefect = prefectEnvironment(path.join(TESTS, 'constraints.txt'));
if ('skipped' in prefect) {
  console.log(`SKIPPED: the tests with the real Prefect 1 did not run. ${prefect.skipped}`);
  process.exit(0);
}

const directory = await guardedDirectory();
const settings = { FLOWQL_DATA_DIR: path.join(directory.path, 'data'), FLOWQL_LOG_LEVEL: 'warn' };
const server = flowql(['serve'], { ...settings, FLOWQL_PORT: process.env.FLOWQL_TEST_PORT ?? '0' });
let code = 1;
try {
  const { hostname, port } = new URL(await addressOf(server));
  const command = [prefect.python, '-W', 'ignore', '-m', 'unittest', ...testArguments()];
  const tests = spawn(prefect.python, ['end_with_parent.py', ...command], {
    cwd: TESTS,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: {
      PATH: `${path.dirname(prefect.python)}${path.delimiter}${process.env.PATH}`,
      // Prefect stores its settings in the home directory. The tests must neither read nor change the user's own.
      HOME: directory.path,
      PREFECT__BACKEND: 'server',
      PREFECT__SERVER__HOST: `http://${hostname}`,
      PREFECT__SERVER__PORT: port,
      // In seconds. The defaults for cancellation checks and log uploads are too slow for tests.
      PREFECT__CLOUD__CHECK_CANCELLATION_INTERVAL: '1',
      PREFECT__CLOUD__LOGGING_HEARTBEAT: '1',
      // Some tests start their own servers.
      NODE: process.execPath,
      // The agent's processes import the flows of the tests.
      PYTHONPATH: TESTS,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  [code] = await once(tests, 'close');
} finally {
  server.process.kill('SIGTERM');
  await finished(server);
  if (server.stdout) console.log(`The server logged:\n${server.stdout}`);
  await directory.remove();
}
process.exitCode = code;

/** Returns unittest arguments for all tests, or for the given files or names: `test_flows`, `-k cancel`. */
function testArguments(): string[] {
  const [first = '-k', ...rest] = process.argv.slice(2);
  return first.startsWith('-') ? ['discover', '-v', ...process.argv.slice(2)] : ['-v', first, ...rest];
}
