import { expect, test } from 'vitest';
import { nearestName } from '../../../src/core/values/nearestName.ts';

test.each([
  ['FLOWQL_PROT', ['FLOWQL_HOST', 'FLOWQL_PORT'], 'FLOWQL_PORT'],
  ['port', ['port'], 'port'],
  ['prt', ['port', 'host'], 'port'],
  ['ports', ['port'], 'port'],
  ['colour', ['port', 'host'], null],
  ['', ['port'], null],
  ['port', [], null],
])('what was meant by %j, of %j: %j', (name, known, meant) => expect(nearestName(name, known)).toBe(meant));
