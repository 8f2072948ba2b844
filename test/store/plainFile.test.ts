import { constants, linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openPlainFile, readPlainFile, rewritePlainFile } from '../../src/store/embedded/plainFile.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'flowql-plain-'));
const target = path.join(directory, 'target');
afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(() => writeFileSync(target, 'secret'));

const append = (file: string) => openPlainFile(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
const ways: [string, (file: string) => unknown][] = [
  ['appended to', append],
  ['read', readPlainFile],
  ['rewritten', (file) => rewritePlainFile(file, 'new')],
];

test.each(ways)('a link cannot be %s', (way, use) => {
  const symbolic = path.join(directory, `symbolic ${way}`);
  const hard = path.join(directory, `hard ${way}`);
  symlinkSync(target, symbolic);
  expect(() => use(symbolic)).toThrow('is a link or not a file');
  linkSync(target, hard);
  expect(() => use(hard)).toThrow('is a link or not a file');
  expect(readFileSync(target, 'utf8')).toBe('secret');
  rmSync(hard);
});

test('a plain file can be appended to, read and rewritten', () => {
  append(target);
  rewritePlainFile(target, 'new');
  expect(readPlainFile(target)).toBe('new');
});
