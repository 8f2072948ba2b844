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
])('the nearest name to %j in %j is %j', (name, known, meant) => expect(nearestName(name, known)).toBe(meant));
