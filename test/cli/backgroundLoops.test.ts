import { expect, test } from 'vitest';
import { backgroundLoops } from '../../src/cli/backgroundLoops.ts';
import { readConfig } from '../../src/config.ts';

const namesOf = (settings: NodeJS.ProcessEnv) =>
  backgroundLoops(readConfig(settings), { warn: () => {} }).map(({ name }) => name);

test('FLOWQL_PREFECT1=off leaves out only the loops for flows of Prefect 1', () => {
  const all = namesOf({});
  const native = namesOf({ FLOWQL_PREFECT1: 'off' });
  expect(native).toContain('deploymentScheduler');
  expect(all.filter((name) => !native.includes(name))).toEqual(['prefect1Scheduler', 'zombieKiller', 'lazarus']);
});
