import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { addressOf, finished, flowql, type Running } from '../test/cli/running.ts';
import { waitFor } from '../test/support/waitFor.ts';

// Takes the pictures of README: GraphiQL in Chromium with a subscription to many runs, above a terminal in which
// `flowql watch` follows one of them. A real server sends everything they show, while it plays a recorded run.
// `npx tsx scripts/readmePicture.ts` writes docs/images/live.gif and live.png. It needs Chromium, ffmpeg and `script`.

const IMAGES = path.resolve(import.meta.dirname, '../docs/images');
const RECORDINGS = 'test/fixtures/recorded-runs';
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** CSS pixels. The scale makes pictures of 1,440 pixels, which are sharp and readable at the width of a README. */
const WIDTH = 1_080;
const GRAPHIQL_HEIGHT = 516;
const SCALE = 4 / 3;
const TERMINAL_LINES = 9;

/** The recorded two seconds take twenty. */
const SPEED = '0.1';
const FRAME_MS = 1_300;
/** The last frame stays longer. */
const LAST_FRAMES = 4;

const QUERY = `subscription WatchRuns {
  flowRunChanges(filter: {
    flow: { name: { contains: "etl" } }
  }) {
    isSnapshot
    changes {
      kind
      flowRun {
        name
        state { version name message }
      }
    }
  }
}`;

/** The frames, from the snapshot of earlier runs to the end of the run that is played. */
async function takeFrames(browser: Browser, url: string, earlierRun: string): Promise<Buffer[]> {
  const graphiql = await openGraphiql(browser, url);
  const picture = await newPage(browser, GRAPHIQL_HEIGHT + 300);
  const terminal = { text: '' };
  const watch = (flowRunId: string): ChildProcess => {
    terminal.text += '$ npx flowql watch "$RUN"\n';
    const child = watchInTerminal(url, flowRunId);
    child.stdout?.on('data', (text) => {
      terminal.text += text;
    });
    return child;
  };
  await once(watch(earlierRun), 'close');
  const frames = [await frame(picture, graphiql, `${terminal.text}$ `)];

  const replay = flowql(['replay', '--url', url, '--speed', SPEED, `${RECORDINGS}/regional-etl.failed.run.jsonl`]);
  await waitFor(() => flowRunIdOf(replay) !== null, { timeoutMs: 30_000 });
  const watching = watch(flowRunIdOf(replay) ?? '');
  await graphiql.locator('.result-window', { hasText: '"Running"' }).waitFor();
  while (watching.exitCode === null) {
    frames.push(await frame(picture, graphiql, terminal.text));
    await wait(FRAME_MS);
  }
  await finished(replay);
  await graphiql.locator('.result-window', { hasText: '"Failed"' }).waitFor();
  frames.push(await frame(picture, graphiql, `${terminal.text}$ `));
  return frames;
}

/** The id that `flowql replay` prints first. */
const flowRunIdOf = ({ stdout }: Running): string | null => /^flow run (\S+)/m.exec(stdout)?.[1] ?? null;

/** GraphiQL with the subscription running, and its editors for variables and headers folded away. */
async function openGraphiql(browser: Browser, url: string): Promise<Page> {
  const page = await newPage(browser, GRAPHIQL_HEIGHT);
  await page.goto(`${url}?${new URLSearchParams({ query: QUERY })}`);
  const play = page.locator('.graphiql-execute-button');
  await play.waitFor({ timeout: 60_000 });
  await page.locator('.graphiql-toggle-editor-tools').click();
  // GraphiQL names a tab after its operation when the text changes.
  await page.locator('.graphiql-query-editor .view-line').first().click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Z');
  await page.locator('.graphiql-tab-active', { hasText: 'WatchRuns' }).waitFor();
  const snapshot = page.locator('.result-window', { hasText: '"ENTERED"' });
  // GraphiQL knows the operation of a tab only a moment after it has opened it.
  await waitFor(async () => {
    await play.click();
    return snapshot.waitFor({ timeout: 2_000 }).then(
      () => true,
      () => false,
    );
  });
  return page;
}

const newPage = (browser: Browser, height: number): Promise<Page> =>
  browser.newPage({ viewport: { width: WIDTH, height }, deviceScaleFactor: SCALE });

/** `flowql watch` on a terminal, because it prints colours only there. */
const watchInTerminal = (url: string, flowRunId: string): ChildProcess =>
  spawn('script', ['-qec', `node --import tsx src/cli/flowql.ts watch --url ${url} ${flowRunId}`, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });

async function frame(picture: Page, graphiql: Page, terminal: string): Promise<Buffer> {
  const above = (await graphiql.screenshot()).toString('base64');
  const lines = terminal.replaceAll('\r', '').split('\n');
  const shown = lines.slice(-TERMINAL_LINES - (lines.at(-1) === '' ? 1 : 0)).join('\n');
  await picture.setContent(`<style>
    body { margin: 0; background: #fff }
    #frame { display: flow-root; width: ${WIDTH}px }
    img { display: block; width: 100% }
    pre { margin: 0 12px 12px; padding: 12px 16px; border-radius: 8px; background: #0d1117; color: #e6edf3;
      height: ${TERMINAL_LINES * 18}px; font: 12.5px/18px 'DejaVu Sans Mono', monospace; overflow: hidden }
    </style><div id="frame"><img src="data:image/png;base64,${above}"><pre>${coloured(shown)}</pre></div>`);
  return picture.locator('#frame').screenshot();
}

/** The colours that `watch` prints, by their numbers. */
const COLOURS: { [sgr: string]: string } = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#f2cc60',
  34: '#79c0ff',
  35: '#d2a8ff',
  90: '#8b949e',
};

const coloured = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .split('\u001b[')
    .map((part) =>
      part.replace(/^(\d+)m/, (_, sgr) => (COLOURS[sgr] ? `<span style="color:${COLOURS[sgr]}">` : '</span>')),
    )
    .join('');

/** The last frame is the still picture. */
async function savePictures(frames: Buffer[], directory: string): Promise<void> {
  await Promise.all(frames.map((png, index) => writeFile(path.join(directory, `${index}.png`), png)));
  const last = frames.length - 1;
  const colours = 'split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=none:diff_mode=rectangle';
  const input = ['-framerate', String(1_000 / FRAME_MS), '-i', path.join(directory, '%d.png')];
  const hold = `tpad=stop_mode=clone:stop=${LAST_FRAMES}`;
  await ffmpeg([...input, '-filter_complex', `${hold},${colours}`, path.join(IMAGES, 'live.gif')]);
  await ffmpeg(['-i', path.join(directory, `${last}.png`), path.join(IMAGES, 'live.png')]);
  console.log(`${frames.length} frames`);
}

async function ffmpeg(args: string[]): Promise<void> {
  const child = spawn('ffmpeg', ['-loglevel', 'error', '-y', ...args], { stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
}

const directory = await mkdtemp(path.join(tmpdir(), 'flowql-picture-'));
// PostgreSQL does not run as root, and its own user must be able to enter.
await chmod(directory, 0o755);
const server = flowql(['serve'], { FLOWQL_PORT: '0', FLOWQL_DATA_DIR: path.join(directory, 'data') });
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars'],
});
try {
  const url = `${await addressOf(server)}/graphql`;
  const earlier = flowql(['replay', '--url', url, '--speed', 'max', `${RECORDINGS}/regional-etl.success.run.jsonl`]);
  const earlierRun = flowRunIdOf(await finished(earlier)) ?? '';
  await mkdir(IMAGES, { recursive: true });
  await savePictures(await takeFrames(browser, url, earlierRun), directory);
} finally {
  await browser.close();
  server.process.kill('SIGTERM');
  await finished(server);
  await rm(directory, { recursive: true, force: true });
}
