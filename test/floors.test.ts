import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';

// The house rules that no linter knows: which floor may call which, where a package lives, how long a file may be.

const SOURCE = path.resolve(import.meta.dirname, '../src');

/** From the top down. Folders on one floor never import each other. `config.ts` stands beside them: only these read it. */
const FLOORS = [
  ['cli'],
  ['server'],
  ['api', 'prefect1', 'services'],
  ['actions'],
  ['loading', 'streams'],
  ['store'],
  ['core'],
];
const READS_CONFIG = ['cli', 'server'];

/** The folders that a package may be imported from; a package that stands nowhere may be imported from nowhere. */
const HOMES: Record<string, string[]> = {
  graphql: ['api', 'prefect1', 'server', 'cli'],
  '@pothos/core': ['api'],
  uuid: ['actions', 'store'],
  dataloader: ['loading'],
  pg: ['store'],
  kysely: ['store'],
  '@prisma/adapter-pg': ['store'],
  '@prisma/client': ['store'],
  '@prisma/driver-adapter-utils': ['store'],
  'unique-names-generator': ['core'],
  zod: ['config.ts', 'cli'],
  'lru-cache': ['server', 'actions', 'store'],
  negotiator: ['server'],
  'csv-stringify': ['server'],
  'graphql-yoga': ['server'],
  '@graphql-yoga/render-graphiql': ['server'],
  'graphql-ws': ['server', 'cli'],
  ws: ['server', 'cli'],
  pino: ['server'],
  'prom-client': ['server'],
  commander: ['cli'],
  'cli-progress': ['cli'],
};

/**
 * The rooms of each floor, from the bottom up: a file imports from its own room and the rooms before it. Files that stand on the
 * floor itself, outside any room, come last.
 */
const ROOMS: Record<string, string[]> = {
  core: [
    'values',
    'concurrency',
    'runs',
    'workPools',
    'bulkJobs',
    'filters',
    'checks',
    'patterns',
    'schemas',
    'prefect1',
    'cloudHooks',
    'recurrences',
    'schedules',
    'insights',
    'rules',
  ],
  store: [
    'sharing',
    'connection',
    'embedded',
    'tenants',
    'query',
    'runs',
    'flowRuns',
    'taskRuns',
    'insights',
    'deployments',
    'workPools',
    'concurrency',
    'bulkJobs',
    'cloudHooks',
    'agents',
    'prefect1Flows',
    'prefect1Runs',
    'prefect1Reads',
    'plans',
  ],
  streams: ['wakeUps', 'runs', 'changes'],
  actions: [
    'writing',
    'tenants',
    'flowRuns',
    'taskRuns',
    'deployments',
    'workPools',
    'concurrency',
    'bulkJobs',
    'cloudHooks',
    'prefect1Runs',
    'prefect1Flows',
    'agents',
  ],
  api: [
    'building',
    'filters',
    'plans',
    'runs',
    'flowRuns',
    'taskRuns',
    'insights',
    'deployments',
    'workPools',
    'concurrency',
    'bulkJobs',
  ],
  prefect1: ['operations', 'reads'],
  server: ['observing', 'access', 'operations', 'sockets', 'http'],
};

const MAX_FILES_PER_FOLDER = 25;
const MAX_LINES = 300;

interface Import {
  from: string;
  folder: string;
  target: string;
}

const files = (await readdir(SOURCE, { recursive: true }))
  .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
  .map((file) => ({ file, text: readFileSync(path.join(SOURCE, file), 'utf8') }));

const imports: Import[] = files.flatMap(({ file, text }) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) => ({
    from: file,
    folder: file.split(path.sep)[0] ?? '',
    target,
  })),
);
const within = imports
  .filter(({ target }) => target.startsWith('.') && !target.endsWith('package.json'))
  .map((one) => ({ ...one, target: path.relative(SOURCE, path.resolve(SOURCE, path.dirname(one.from), one.target)) }))
  .map((one) => ({ ...one, targetFolder: one.target.split(path.sep)[0] ?? '' }));
const outside = imports.filter(({ target }) => !target.startsWith('.'));

const roomOf = (file: string) => file.split(path.sep).slice(1, -1).join('/');
/** The place of a file's room on its floor; -1 for a room that no floor names. */
const heightOf = (file: string, floor: string) => {
  const rooms = ROOMS[floor] ?? [];
  return roomOf(file) === '' ? rooms.length : rooms.indexOf(roomOf(file));
};
const floorOf = (folder: string) => FLOORS.findIndex((floor) => floor.includes(folder));
const packageOf = (target: string) =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
const isNode = (target: string) => target.startsWith('node:') || builtinModules.includes(target);
const list = (found: { from: string; target: string }[]) =>
  found.map(({ from, target }) => `${from} imports ${target}`);

test('every folder stands on a floor', () => {
  const folders = new Set(files.map(({ file }) => file.split(path.sep)[0] ?? ''));
  expect([...folders].filter((folder) => folder !== 'config.ts' && floorOf(folder) < 0)).toEqual([]);
  expect(files.length).toBeGreaterThan(50);
});

test('imports run downwards only, and never sideways', () => {
  const wrong = within.filter(({ folder, targetFolder }) => {
    if (targetFolder === 'config.ts') return !READS_CONFIG.includes(folder);
    if (folder === 'config.ts') return targetFolder !== 'core';
    return folder !== targetFolder && floorOf(targetFolder) <= floorOf(folder);
  });
  expect(list(wrong)).toEqual([]);
});

test('the core imports nothing of Node', () => {
  expect(list(outside.filter(({ folder, target }) => folder === 'core' && isNode(target)))).toEqual([]);
});

test('the core is pure: no clock, no chance, no process, no timers', () => {
  const impure =
    /\b(Date\.now|new Date\(\)|Math\.random|process\.|setTimeout|setInterval|setImmediate|fetch\(|\bBuffer\b)/;
  const wrong = files.filter(
    ({ file, text }) => file.startsWith('core') && impure.test(text.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '')),
  );
  expect(wrong.map(({ file }) => file)).toEqual([]);
});

test('every package is imported from its home only', () => {
  const wrong = outside.filter(
    ({ folder, target }) => !isNode(target) && !(HOMES[packageOf(target)] ?? []).includes(folder),
  );
  expect(list(wrong)).toEqual([]);
});

test('SQL stands in the store only', () => {
  const sql = /\b(select|insert into|update|delete from)\s[\s\S]{0,200}?\b(from|values|set|where)\b/;
  const strings = /`[^`]*`|'[^'\n]*'/g;
  const wrong = files.filter(
    ({ file, text }) =>
      !file.startsWith('store') &&
      (text.match(strings) ?? []).some(
        (one) => /^.(\/\*|select |insert into |update \w+ set|delete from )/.test(one) && sql.test(one),
      ),
  );
  expect(wrong.map(({ file }) => file)).toEqual([]);
});

test('the environment is read in the settings only', () => {
  // The commands hand the environment to `readConfig`, and look at nothing in it themselves.
  const wrong = files.filter(({ text }) => text.replaceAll('readConfig(process.env', '').includes('process.env'));
  expect(wrong.map(({ file }) => file)).toEqual(['config.ts']);
});

test('a file name is used once', () => {
  const names = files.map(({ file }) => path.basename(file));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('no file is a barrel, and none exports a default', () => {
  const wrong = files.filter(
    ({ file, text }) => path.basename(file) === 'index.ts' || /^export (\*|default)/m.test(text),
  );
  expect(wrong.map(({ file }) => file)).toEqual([]);
});

test('every room has its place on its floor', () => {
  const wrong = files.filter(({ file }) => heightOf(file, file.split(path.sep)[0] ?? '') < 0);
  expect(wrong.map(({ file }) => file)).toEqual([]);
});

test('imports run down the rooms of a floor', () => {
  const wrong = within.filter(
    ({ from, folder, target, targetFolder }) =>
      folder === targetFolder && heightOf(target, folder) > heightOf(from, folder),
  );
  expect(list(wrong)).toEqual([]);
});

test('no files import each other in a circle', () => {
  expect(circles(grouped(within, ({ from }) => from))).toEqual([]);
});

test(`a folder holds at most ${MAX_FILES_PER_FOLDER} files`, () => {
  const folders = grouped(files, ({ file }) => path.dirname(file));
  const full = [...folders].filter(([, held]) => held.length > MAX_FILES_PER_FOLDER);
  expect(full.map(([folder, held]) => `${folder}: ${held.length} files`)).toEqual([]);
});

test(`a file has at most ${MAX_LINES} lines`, () => {
  const long = files.filter(({ text }) => text.split('\n').length > MAX_LINES + 1);
  expect(long.map(({ file }) => file)).toEqual([]);
});

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** The first circle found from each file: the path of imports that leads back to a file on it. */
function circles(importsOf: ReadonlyMap<string, readonly Import[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const follow = (file: string, way: string[]) => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' > '));
    if (way.includes(file) || done.has(file)) return;
    for (const { target } of importsOf.get(file) ?? []) follow(target, [...way, file]);
    done.add(file);
  };
  for (const file of importsOf.keys()) follow(file, []);
  return found;
}
