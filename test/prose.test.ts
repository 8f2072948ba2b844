import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

// Comments, GraphQL descriptions, messages and documents use plain technical English. This test finds phrases that hide who
// does what, or that technical documentation does not use.

const ROOT = path.resolve(import.meta.dirname, '..');

const PLACES = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'docs',
  'schema.graphql',
  'prefect1.graphql',
  'prisma/schema.prisma',
  'src',
  'scripts',
  'test',
  'bench',
  '.ci',
  'vitest.config.ts',
];

const SKIPPED = /(^|\/)(node_modules|generated|results|prose\.test\.ts)(\/|$)/;
const CODE = /\.(ts|mjs)$/;
const READ = /\.(ts|mjs|md|graphql|prisma|sql|py|sh)$|^\.ci\/run$/;

/** Each phrase with what to write instead. A space is any white space, so that a phrase may continue on the next line. */
const FORBIDDEN: [phrase: RegExp, instead: string][] = [
  [/\b(is|are|was|were) ((not|never) )?told\b/i, 'say who sends what to whom'],
  [/\b(is|are|was|were) ((not|never) )?asked\b/i, 'say who requests what'],
  [/\b(whoever|whatever|whichever)\b/i, 'name the subject: the client, any value'],
  [/\b(somebody|nobody)\b/i, 'name the subject: a client, no client'],
  [/\bstands in the way\b/i, 'blocks, prevents'],
  [/\bcomes? to be\b/i, 'is created'],
  [/\bhas a say\b/i, 'applies'],
  [/\bgives out\b/i, 'assigns, returns'],
  [/\bof its own accord\b/i, 'by itself'],
  [/\bof the moment\b/i, 'current, temporary'],
  [/\banew\b/i, 'again'],
  [/\bwhere there (is|are) none\b/i, 'if there is none'],
  [/(^|[.;:!?(/*"'`>|-]\s*)Of an? [^.:]{1,100}:/m, '"For a task run, ..." or "a task run\'s ..."'],
];

/** Lines of `file` that contain `text` may use a forbidden phrase. */
const EXCEPTIONS: { file: string; text: string; reason: string }[] = [
  { file: 'src/store/embedded/postgresUser.ts', text: 'nobody', reason: 'the name of a Unix user' },
  { file: 'bench/peers/postgres.mjs', text: "'nobody'", reason: 'the name of a Unix user' },
  { file: 'docs/decisions/0001-embedded-postgresql.md', text: '`nobody`', reason: 'the name of a Unix user' },
];

interface Finding {
  file: string;
  line: number;
  found: string;
  instead: string;
}

function filesIn(place: string): string[] {
  if (!statSync(path.join(ROOT, place)).isDirectory()) return [place];
  return readdirSync(path.join(ROOT, place), { withFileTypes: true }).flatMap((entry) => {
    const inside = `${place}/${entry.name}`;
    if (SKIPPED.test(inside)) return [];
    return entry.isDirectory() ? filesIn(inside) : READ.test(inside) ? [inside] : [];
  });
}

const COMMENT_OR_STRING = /\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

/** Blanks out code, and keeps comments, strings and line breaks. A quote in a regular expression may leave some code. */
function commentsAndStrings(code: string): string {
  const blank = (from: number, to?: number) => code.slice(from, to).replace(/./g, ' ');
  let kept = '';
  let end = 0;
  for (const { 0: text, index } of code.matchAll(COMMENT_OR_STRING)) {
    kept += blank(end, index) + text;
    end = index + text.length;
  }
  return kept + blank(end);
}

/** Removes indentation and comment marks, but no line. */
const withoutMarks = (text: string): string => text.replace(/^[ \t]*(\/\/+|\/\*+|\*+\/?|#+|--)?[ \t]*/gm, '');

const patternOf = ({ source, flags }: RegExp): RegExp => new RegExp(source.replaceAll(' ', '\\s+'), `${flags}g`);

const isExcepted = (file: string, line: string): boolean =>
  EXCEPTIONS.some((one) => one.file === file && line.includes(one.text));

function findingsIn(file: string, text: string): Finding[] {
  const lines = text.split('\n');
  const plain = withoutMarks(CODE.test(file) ? commentsAndStrings(text) : text);
  return FORBIDDEN.flatMap(([phrase, instead]) =>
    [...plain.matchAll(patternOf(phrase))].flatMap((match): Finding[] => {
      const line = plain.slice(0, match.index).split('\n').length;
      if (isExcepted(file, lines[line - 1] ?? '')) return [];
      return [{ file, line, found: match[0].replace(/\s+/g, ' '), instead }];
    }),
  );
}

const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

test.each([
  ['// A run is told of it.', 'is told'],
  ['/** The run was\n * never asked. */', 'was never asked'],
  ['"""Of a subflow\'s run: its parent."""', '"Of a subflow\'s run:'],
  ['/** Of a task run: its name. */', 'Of a task run:'],
  ["throw new Error('Nobody answers.')", 'Nobody'],
  ['const nobody = 1; // A run, whatever it is.', 'whatever'],
])('%j uses a forbidden phrase', (text, found) => {
  expect(findingsIn('planted.ts', `\n${text}`).map((finding) => [finding.line, finding.found])).toEqual([[2, found]]);
});

test('comments, descriptions, messages and documents use none of the forbidden phrases', () => {
  const files = PLACES.flatMap(filesIn);
  const findings = files.flatMap((file) => findingsIn(file, textOf(file)));
  expect(findings.map(({ file, line, found, instead }) => `${file}:${line}: "${found}", instead: ${instead}`)).toEqual(
    [],
  );
});

test('every exception to the forbidden phrases is needed', () => {
  expect(EXCEPTIONS.filter(({ file, text }) => !textOf(file).includes(text))).toEqual([]);
});

test('decision records are numbered from 1 and each begins with its number', () => {
  const directory = path.resolve(import.meta.dirname, '../docs/decisions');
  const names = readdirSync(directory).sort();
  const numbers = names.map((_, index) => String(index + 1).padStart(4, '0'));
  expect(names.map((name) => name.slice(0, 4))).toEqual(numbers);
  const titles = names.map((name) => readFileSync(path.join(directory, name), 'utf8').slice(0, 8));
  expect(titles).toEqual(numbers.map((number) => `# ${number}. `));
});
