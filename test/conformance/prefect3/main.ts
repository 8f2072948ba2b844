// The conformance cases and cells against a running server: see README.md in this folder.
import { parseArgs } from 'node:util';
import { connectFlowql } from './adapters/flowqlAdapter.ts';
import { connectPrefect3 } from './adapters/prefect3Adapter.ts';
import { GROUPS } from './allCases.ts';
import { type Api, Skip } from './api.ts';
import { inParallel, runCase } from './conformanceCase.ts';
import { CELLS, cellTitle, openMatrix } from './matrix.ts';

const ADAPTERS: Record<string, { url: string; connect: (url: string, databaseUrl: string) => Api }> = {
  flowql: { url: 'http://127.0.0.1:4200/graphql', connect: connectFlowql },
  prefect3: { url: 'http://127.0.0.1:4299/api', connect: connectPrefect3 },
};

const { values: options } = parseArgs({
  options: {
    adapter: { type: 'string', default: 'flowql' },
    url: { type: 'string' },
    'database-url': { type: 'string', default: 'postgresql://postgres@127.0.0.1:55999/prefect3' },
    /** Beginnings of the ids of cases and parts of the titles of cells, separated by commas. */
    only: { type: 'string', default: '' },
    /** Shows differences in the wording of reasons, too. */
    verbose: { type: 'boolean', default: false },
  },
});
const adapter = ADAPTERS[options.adapter];
if (!adapter) throw new Error(`--adapter is one of ${Object.keys(ADAPTERS).join(', ')}`);
const api = adapter.connect(options.url ?? adapter.url, options['database-url']);
await api.ready();

const only = options.only.split(',').filter(Boolean);
const wanted = (fits: (part: string) => boolean) => only.length === 0 || only.some(fits);
const count = { passed: 0, failed: 0, skipped: 0 };
const skips = new Map<string, number>();

function report(title: string, skipped: string | null, failures: string[]): void {
  if (skipped !== null) {
    count.skipped += 1;
    skips.set(skipped, (skips.get(skipped) ?? 0) + 1);
  } else if (failures.length === 0) count.passed += 1;
  else {
    count.failed += 1;
    console.log(`FAIL ${title}\n     ${failures.join('\n     ')}`);
  }
}

const cases = GROUPS.flatMap(({ cases }) => cases).filter(({ id }) => wanted((part) => id.startsWith(part)));
await inParallel(cases, 4, async (one) => {
  const { id, title, skipped, failures, warnings } = await runCase(one, api);
  report(`${id} ${title}`, skipped, failures);
  if (options.verbose) for (const warning of warnings) console.log(`warn ${id} ${warning}`);
});

const matrix = await openMatrix(api);
const cells = CELLS.filter((cell) => wanted((part) => cellTitle(cell).includes(part)));
await inParallel(cells, 6, async (cell) => {
  try {
    report(cellTitle(cell), null, await matrix.differences(cell));
  } catch (error) {
    if (error instanceof Skip) report(cellTitle(cell), error.message, []);
    else report(cellTitle(cell), null, [String(error)]);
  }
});

for (const [reason, times] of skips) console.log(`skip ${times}: ${reason}`);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
await api.close();
process.exitCode = count.failed > 0 ? 1 : 0;
