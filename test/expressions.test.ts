import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

// Regular expressions of ours, which JavaScript runs on texts of users. One that searches again from each start of a long text holds up
// the server for seconds. Those of users are matched by `src/core/patterns`, in counted steps.

const SOURCE = path.resolve(import.meta.dirname, '../src');

/** Expressions that take too long for a long text, and why they never get one. */
const BOUNDED = new Map([
  [String.raw`/\/+$/`, 'a setting'],
  [String.raw`/\.?0*Z$/`, 'a time that FlowQL wrote'],
  [String.raw`/T.*(Z|[+-]\d\d(:?\d\d)?)$/i`, 'a part of a rule, which has at most 6,500 characters'],
]);

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.includes('generated'),
);

/** The expressions, each with a file that contains it. */
const found = new Map(files.flatMap((file) => expressionsIn(file).map((expression) => [expression, file] as const)));

function expressionsIn(file: string): string[] {
  const expressions: string[] = [];
  const visit = (node: ts.Node) => {
    if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) expressions.push(node.getText());
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(path.join(SOURCE, file), 'utf8'), ts.ScriptTarget.Latest, true));
  return expressions;
}

const STARTS = ['', '1 ', '"', '['];
const UNITS = [
  'a',
  'T',
  'Z',
  '0',
  '-',
  ' ',
  '\\',
  '"',
  "'",
  '.',
  '[',
  ']',
  '{',
  '+',
  ':',
  '/',
  '\n',
  ',',
  ';',
  '_',
  'é',
];
const PAIRS = [
  '0:',
  '-0',
  'a.',
  '\\"',
  '[0]',
  '["a"]',
  'a-',
  '00:00',
  '0.0',
  ' a',
  ';charset=',
  'Bearer ',
  'DTSTART',
  '*/1',
];
const CHARACTERS = 50_000;
/** Expressions that search again from each start take three times as long, the others a hundredth. */
const MAX_CPU_MS = 300;

/** The most CPU time that the expression takes for one text. */
function slowest(literal: string): number {
  const end = literal.lastIndexOf('/');
  const expression = new RegExp(literal.slice(1, end), literal.slice(end + 1));
  const texts = STARTS.flatMap((start) =>
    [...UNITS, ...PAIRS].map((unit) => `${start}${unit.repeat(CHARACTERS / unit.length)}\u0001!`),
  );
  return texts.reduce((most, text) => {
    const before = process.cpuUsage();
    text.replace(expression, '');
    return Math.max(most, process.cpuUsage(before).user / 1000);
  }, 0);
}

test.each([...found].filter(([expression]) => !BOUNDED.has(expression)))(
  'the expression %s in %s takes time that grows with the text only',
  (expression) => expect(slowest(expression)).toBeLessThan(MAX_CPU_MS),
);

test.each([...BOUNDED])('the expression %s, which only gets %s, is still there', (expression) => {
  expect(found.has(expression)).toBe(true);
});
