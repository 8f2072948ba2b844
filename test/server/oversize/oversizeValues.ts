import { type GraphQLNamedInputType, isEnumType, isInputObjectType } from 'graphql';

/** A value that is larger than any useful one, as JSON text. */
export interface Oversize {
  name: string;
  json: string;
}

// The large ones are just within the limits of a request, so that they reach everything behind the parser.
const VALUES = 140_000;
const repeated = (text: string, count: number) => Array.from({ length: count }, () => text).join(',');
const numbered = (count: number, entry: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => entry(i)).join(',');

export const list = (entry: string, weight: number): string => `[${repeated(entry, Math.floor(VALUES / weight))}]`;

const lazily = (values: { [name: string]: () => string }): Oversize[] =>
  Object.entries(values).map(([name, write]) => {
    let json: string | undefined;
    return {
      name,
      get json() {
        json ??= write();
        return json;
      },
    };
  });

const TEXTS = lazily({
  'a text of 10 MB': () => `"${'x'.repeat(10_000_000)}"`,
  'a text of 2 million emojis': () => `"${'🙂'.repeat(2_000_000)}"`,
  'a text of 3 million quotes': () => JSON.stringify('"'.repeat(3_000_000)),
  'a text of 2 million dashes and dots': () => `"${'-.:T'.repeat(500_000)}"`,
  'a text of 2 MB of digits': () => `"${'1'.repeat(2_000_000)}"`,
  'a text of 2 MB of spaces': () => `"${' '.repeat(2_000_000)}"`,
  'a text of a million NUL characters': () => `"${'\\u0000'.repeat(1_000_000)}"`,
});
const NUMBERS = lazily({
  'a number of a million digits': () => '7'.repeat(1_000_000),
  'a fraction of a million digits': () => `0.${'7'.repeat(1_000_000)}`,
  'an exponent of a million digits': () => `1e${'7'.repeat(1_000_000)}`,
});
export const TREES = lazily({
  '140,000 entries': () => list('1', 1),
  '140,000 texts': () => `[${numbered(VALUES, (index) => `"text ${index}"`)}]`,
  '70,000 keys': () => `{${numbered(VALUES / 2, (index) => `"key${index}":${index}`)}}`,
  '45,000 objects': () => list('{"a":1}', 3),
  '490 levels of lists': () => '['.repeat(490) + ']'.repeat(490),
  '490 levels of objects with long keys': () => `${`{"${'k'.repeat(20_000)}":`.repeat(490)}1${'}'.repeat(490)}`,
  '100 keys of 100 kB': () => `{${numbered(100, (index) => `"${'k'.repeat(100_000)}${index}":1`)}}`,
  '1,000 branches of 90 levels': () => list('['.repeat(90) + ']'.repeat(90), 100),
});

const named = (values: readonly Oversize[], names: RegExp) => values.filter(({ name }) => names.test(name));

/** Values for a type of which no place was tried before: of all kinds that its code may look at. */
export function oversizeOfType(type: GraphQLNamedInputType): Oversize[] {
  if (isInputObjectType(type)) return named(TREES, /keys$|entries$/);
  if (/json|map|labels|inputs/i.test(type.name)) return [...TREES, ...named(TEXTS, /emojis|quotes/)];
  return [...TEXTS, ...NUMBERS, ...named(TREES, /^70,000 keys|^140,000 entries|lists$/)];
}

const SMALLER = lazily({
  'a text of 500 kB': () => `"${'x'.repeat(500_000)}"`,
  '20,000 keys': () => `{${numbered(20_000, (index) => `"key${index}":${index}`)}}`,
  '20,000 entries': () => `[${repeated('1', 20_000)}]`,
  'a text of 100,000 emojis': () => `"${'🙂'.repeat(100_000)}"`,
});

/** One value for a further place of a type: enough to find what is slower than linear. */
export const oversizeOfPlace = (index: number): Oversize => SMALLER[index % SMALLER.length] as Oversize; // the index is within

/** A short value that the type accepts. */
export function smallValue(type: GraphQLNamedInputType): string {
  if (isEnumType(type)) return JSON.stringify(type.getValues()[0]?.name);
  if (isInputObjectType(type)) return '{}';
  return SMALL[type.name] ?? '1';
}

const UUID = '"01900000-0000-7000-8000-00000000dead"';
const SMALL: { [type: string]: string } = {
  String: '"a"',
  Boolean: 'true',
  ID: UUID,
  UUID,
  uuid: UUID,
  DateTime: '"2026-11-21T10:00:00Z"',
  timestamptz: '"2026-11-21T10:00:00Z"',
};
