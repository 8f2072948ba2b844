import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getOperationAST, parse } from 'graphql';
import type { Client } from 'graphql-ws/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { waitFor } from '../support/waitFor.ts';
import { post, type Serving, serving } from './serving.ts';
import { openClient, receive } from './sockets.ts';

// README, pasted from top to bottom into terminals and into GraphiQL, on a fresh server.

const README = readFileSync('README.md', 'utf8');
const ROOT = path.resolve(import.meta.dirname, '../..');

const blocks = [...README.matchAll(/(?<before>[^\n]+)\n\n```(?<language>\w*)\n(?<source>.*?)^```$/gms)].map(
  ({ groups }) => ({ before: '', language: '', source: '', ...groups }),
);
const shell = blocks.filter(({ language }) => language === 'sh');
const installs = ({ source }: { source: string }): boolean => /^(git|npm) /.test(source);
const operations = blocks.filter(({ language }) => language === 'graphql').map(({ source }) => source);

let served: Serving;
let client: Client;
const terminals: Terminal[] = [];
beforeAll(async () => {
  served = await serving();
  client = openClient(served.url);
});
afterAll(async () => {
  for (const terminal of terminals) terminal.close();
  await client.dispose();
  await served.close();
});

interface Terminal {
  /** Everything that was printed. */
  output: string;
  /** Runs a block to its end; false if a command of it failed. */
  paste(source: string): Promise<boolean>;
  close(): void;
}

/** A bash in which a failing command ends everything. The address is the test's, and `npx flowql` are the sources. */
function openTerminal(): Terminal {
  const { HOME, PATH } = process.env;
  const env = { HOME, PATH: `${path.dirname(process.execPath)}:${PATH}`, FLOWQL_URL: served.url };
  const bash = spawn('bash', ['--noprofile', '--norc'], { cwd: ROOT, env, detached: true, stdio: 'pipe' });
  let isOver = false;
  const terminal: Terminal = {
    output: '',
    async paste(source) {
      const { length } = terminal.output;
      const here = source.replaceAll('http://127.0.0.1:4200', served.server.url).replace('--speed 0.1', '--speed max');
      bash.stdin.write(`${here}\necho "[pasted]"\n`);
      await waitFor(() => isOver || terminal.output.slice(length).includes('[pasted]'), { timeoutMs: 30_000 });
      return !isOver;
    },
    // The group, because `curl` would go on.
    close: () => void (isOver || process.kill(-Number(bash.pid))),
  };
  for (const stream of [bash.stdout, bash.stderr])
    stream.on('data', (text) => {
      terminal.output += text;
    });
  bash.stdin.on('error', () => {}); // it may have ended, and then `close` has said so
  bash.on('close', () => {
    isOver = true;
  });
  bash.stdin.write(
    'set -eo pipefail; npx() { shift; node --import tsx src/cli/flowql.ts "$@" --url "$FLOWQL_URL"; }\n',
  );
  terminals.push(terminal);
  return terminal;
}

/** What GraphiQL puts in the place of `newest`. */
async function newestFlowRunId(): Promise<string | undefined> {
  const query = '{ flowRuns(first: 1) { nodes { id } } }';
  const { body } = await post<{ flowRuns: { nodes: { id: string }[] } }>(served.url, { query });
  return body.data.flowRuns.nodes[0]?.id;
}

const missing = ['bash', 'curl', 'grep'].filter((program) => spawnSync(program, ['--version']).status !== 0);

describe.skipIf(missing.length > 0)(
  `README works when pasted from top to bottom${missing.length ? `: SKIPPED without ${missing}` : ''}`,
  { timeout: 60_000 },
  () => {
    let first: Terminal;
    /** The terminal of the subscription, which does not end by itself. */
    let subscription: Terminal;
    const events = () => subscription.output.split('\n').filter((line) => line.startsWith('data: '));
    beforeAll(() => {
      first = openTerminal();
    });

    test.each(shell.filter((block) => !installs(block)))('$source', async ({ before, source }) => {
      if (source.includes('text/event-stream')) {
        subscription = openTerminal();
        void subscription.paste(source).catch(() => {});
        return waitFor(() => events().length > 0);
      }
      const sent = events().length;
      const terminal = before.includes('second terminal') ? openTerminal() : first;
      const succeeded = await terminal.paste(source);
      expect({ succeeded, output: terminal.output }).toMatchObject({ succeeded: true });
      expect(terminal.output).not.toContain('"errors"');
      if (source.includes('mutation')) await waitFor(() => events().length > sent);
    });

    test('the subscription has printed what README shows', () => {
      const shown = blocks.filter(({ language }) => language === '').flatMap(({ source }) => source.trim().split('\n'));
      expect(shown).toHaveLength(2);
      expect(events().filter((event) => shown.includes(event))).toEqual(shown);
    });

    test.each(operations)('in GraphiQL: %s', async (query) => {
      const variables = { flowRunId: await newestFlowRunId() };
      if (getOperationAST(parse(query))?.operation !== 'subscription') {
        const { body } = await post(served.url, { query, variables });
        return expect(body.errors).toBeUndefined();
      }
      const received = receive(client, query, variables);
      await waitFor(() => received.results.length > 0 || received.isOver);
      received.stop();
      expect([received.error, received.results[0]?.errors]).toEqual([null, undefined]);
    });
  },
);

test('the commands that install are scripts of the package', () => {
  const scripts = shell.filter(installs).flatMap(({ source }) => /npm install && npm (\w+)/.exec(source)?.[1] ?? []);
  expect(scripts).toEqual(['start', 'test']);
  expect(packageJson.scripts).toMatchObject({ start: expect.any(String), test: expect.any(String) });
});

test('every file that README links to is there, and the link works on npm too', () => {
  const links = [...README.matchAll(/(?:\]\(|src="|srcset="|<)([^)>"\s]+\/[^)>"\s]+)/g)].map(([, link = '']) => link);
  // npm rewrites relative links of pictures, but not of pages.
  const relative = links.filter((link) => !/^https?:\/\//.test(link));
  expect(relative.filter((link) => !link.startsWith('docs/images/'))).toEqual([]);
  const files = [
    ...relative,
    ...links.flatMap((link) => /\/flowql\/flowql\/(?:(?:blob|tree)\/)?main\/([^#]+)/.exec(link)?.[1] ?? []),
  ];
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

test('every number under Measured is in the results of the benches', () => {
  const [section = ''] = /^## Measured\n.*?(?=^## )/ms.exec(README) ?? [];
  const results = readFileSync('bench/results.md', 'utf8');
  const rows = section.split('\n').filter((line) => line.startsWith('| ') && /\d/.test(line));
  expect(rows.length).toBeGreaterThan(3);
  const numbers = rows.flatMap((row) => row.match(/\d[\d.,]*/g) ?? []);
  expect(numbers.filter((number) => !results.includes(number))).toEqual([]);
});
