import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GRAPHIQL_EXAMPLES } from '../../../src/server/http/graphiqlExamples.ts';
import { DEADLINE_MS, waitFor } from '../../support/waitFor.ts';
import { type Serving, serving } from '../serving.ts';

const EXECUTABLES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = EXECUTABLES.find((path) => path && existsSync(path));
// biome-ignore format: one flag after the other
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let served: Serving;
beforeAll(async () => {
  served = await serving();
});
afterAll(() => served.close());

const getPage = (headers = {}) => fetch(served.url, { headers: { accept: 'text/html', ...headers } });

test('GraphiQL is sent compressed and only if it changed', async () => {
  const page = await getPage();
  expect([page.status, page.headers.get('content-encoding')]).toEqual([200, 'gzip']);
  expect(await page.text()).toContain('YogaGraphiQL.renderYogaGraphiQL');
  const again = await getPage({ 'if-none-match': page.headers.get('etag') });
  expect([again.status, await again.text()]).toEqual([304, '']);
  const plain = await getPage({ 'accept-encoding': 'identity' });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect((await plain.text()).length).toBeGreaterThan(5_000_000);
});

describe.skipIf(!executablePath)(
  executablePath ? 'GraphiQL in Chromium' : 'GraphiQL in Chromium: SKIPPED, set CHROMIUM_PATH to its path',
  () => {
    let browser: Browser;
    let first: Window;
    let second: Window;
    const elsewhere: string[] = [];
    const blocked: string[] = [];

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: executablePath ?? '', args: FLAGS });
      first = await openWindow();
      second = await openWindow();
    });
    afterAll(() => browser?.close());

    type Window = Awaited<ReturnType<typeof openWindow>>;
    async function openWindow() {
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      page.setDefaultTimeout(DEADLINE_MS);
      page.on('console', (message) => {
        if (/Content Security Policy/.test(message.text())) blocked.push(message.text());
      });
      page.on('request', (request) => {
        const isOurs = request.url().startsWith(served.server.url) || /^(blob|data):/.test(request.url());
        if (!isOurs) elsewhere.push(request.url());
      });
      await page.goto(served.url);
      const play = page.locator('.graphiql-execute-button');
      await play.waitFor();
      const answer = page.locator('.result-window');
      const shows = (text: string, timeout = DEADLINE_MS) => answer.filter({ hasText: text }).waitFor({ timeout });
      return {
        /** Runs an example and waits until the answer contains the text. */
        async run(tab: string, text: string) {
          await page.locator('.graphiql-tab-button', { hasText: new RegExp(`^${tab}$`) }).click();
          await page.locator('.graphiql-tab-active', { hasText: tab }).waitFor();
          // GraphiQL knows the operation of a tab only a moment after the tab opens.
          await waitFor(async () => {
            await play.click();
            return shows(text, 10_000).then(
              () => true,
              () => false,
            );
          });
        },
        shows,
        tabs: () => page.locator('.graphiql-tab-button').allTextContents(),
      };
    }

    test('GraphiQL has a tab for each example', async () => {
      const names = GRAPHIQL_EXAMPLES.map(({ query }) => /^(?:query|mutation|subscription) (\w+)/m.exec(query)?.[1]);
      expect(await first.tabs()).toEqual(names);
    });

    test('the examples of GraphiQL run unchanged and one window shows live what another changes', async () => {
      await first.run('CreateFlow', '"name": "hello-flowql"');
      await first.run('CreateFlowRun', '"type": "PENDING"');
      await second.run('WatchStates', '"type": "PENDING"');
      await first.run('MoveRun', '"verdict": "ACCEPT"');
      await first.shows('"verdict": "ABORT", "reason": "This run is in a RUNNING state');
      await second.shows('"type": "COMPLETED"');
      await first.run('WriteLogs', '"written": 2');
      await second.run('WatchLogs', 'This is a warning.');
      await first.run('LatestRuns', '"message": "All done."');
    });

    test('the content security policy blocks nothing that GraphiQL does', async () => {
      const { headers } = await getPage();
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(blocked).toEqual([]);
    });

    test('GraphiQL sends requests only to the server', () => {
      expect(elsewhere).toEqual([]);
    });
  },
);
