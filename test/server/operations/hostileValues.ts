import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

/** A value of bad intent. `mayPass` if it is valid in some places. It must never cause an internal error. */
export interface Hostile {
  name: string;
  value: unknown;
  mayPass?: true;
}

const refused = (values: { [name: string]: unknown }): Hostile[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }));
const allowed = (values: { [name: string]: unknown }): Hostile[] =>
  refused(values).map((hostile) => ({ ...hostile, mayPass: true }));

/** Values that `JSON.stringify` cannot write, or only with a larger stack. */
const ENDLESS = '@@1e999@@';
const deep = (levels: number) => `@@${levels} levels@@`;
/** Returns the body of a request with such values. */
export const sentJson = (body: unknown): string =>
  JSON.stringify(body)
    .replaceAll(`"${ENDLESS}"`, '1e999')
    .replace(/"@@(\d+) levels@@"/g, (_, levels) => '['.repeat(levels) + ']'.repeat(levels));

const prototype: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
const UUID = '01900000-0000-7000-8000-00000000dead';

const TEXTS = refused({
  'a NUL': 'a\0b',
  'half a character': 'a\ud800',
  'a million characters': 'x'.repeat(1_000_001),
});
const OTHER_KINDS = refused({ 'a list of lists': [[]], 'an object': { a: 1 } });
const JSONS = refused({
  'a NUL within': { a: ['b\0'] },
  'a NUL in a key': { 'a\0': 1 },
  'half a character within': { a: '\udfff' },
  'half a character in a key': { '\ud800': 1 },
  'an endless number': { a: ENDLESS },
  'levels enough to be refused': { a: deep(400) },
  'levels enough to overflow a stack': { a: deep(100_000) },
  'a megabyte': { a: 'x'.repeat(1_000_001) },
});
/** Hostile values for each leaf type. */
const HOSTILE: { [type: string]: Hostile[] } = {
  String: [
    ...TEXTS,
    ...OTHER_KINDS,
    ...refused({ 'a number': 1 }),
    ...allowed({ nothing: '', 'a cursor of nowhere': 'AAAA' }),
  ],
  ID: [
    ...refused({ nothing: '', 'a word': 'x', 'a number': 1, 'a NUL': `${UUID}\0`, 'a UUID in braces': `{${UUID}}` }),
    ...refused({ 'other letters': UUID.replaceAll('0', 'g'), 'other digits': UUID.replaceAll('0', '٠') }),
    ...refused({ 'a million characters': UUID.repeat(30_000) }),
    ...OTHER_KINDS,
    ...allowed({ 'an unknown one': UUID, 'the nil UUID': '00000000-0000-0000-0000-000000000000' }),
  ],
  DateTime: [
    ...refused({ 'the year 0': '0000-01-01T00:00:00Z', 'the year 275760': '+275760-09-13T00:00:00Z' }),
    ...refused({ 'a time before Christ': '-000044-03-15T12:00:00Z', 'a leap second': '2016-12-31T23:59:60Z' }),
    ...refused({ 'the year 10000': '10000-01-01T00:00:00Z', infinity: 'infinity', now: 'now', nothing: '' }),
    ...refused({ 'the 30th of February': '2026-02-30T00:00:00Z', 'a NUL': '2026-01-01T00:00:00Z\0', 'a number': 0 }),
    ...OTHER_KINDS,
    ...allowed({ 'the last microsecond': '9999-12-31T23:59:59.999999Z', 'the first one': '1000-01-01T00:00:00Z' }),
  ],
  AnchorDate: [
    ...refused({
      'the year 0': '0000-01-01T00:00:00',
      'the year 10000': '10000-01-01T00:00:00',
      nothing: '',
      now: 'now',
    }),
    ...refused({ 'the 30th of February': '2026-02-30T00:00:00', 'a NUL': '2026-01-01T00:00:00\0', 'a number': 0 }),
    ...refused({ 'an offset of a day': '2026-01-01T00:00:00+25:00', 'a zone': '2026-01-01T00:00:00[Europe/Paris]' }),
    ...OTHER_KINDS,
    ...allowed({ 'no offset': '2026-01-01T00:00:00', 'an offset': '2026-01-01T00:00:00+02:00' }),
  ],
  Int: [
    ...refused({
      'too much': 2 ** 31,
      'too little': -(2 ** 31) - 1,
      'a fraction': 1.5,
      'a text': '1',
      endless: ENDLESS,
    }),
    ...OTHER_KINDS,
    ...allowed({ 'the largest': 2 ** 31 - 1, 'the least': -(2 ** 31), negative: -1 }),
  ],
  Float: [
    ...refused({ endless: ENDLESS, 'a text': 'NaN', huge: 1e308, negative: -1 }),
    ...OTHER_KINDS,
    ...allowed({ tiny: 5e-324 }),
  ],
  Boolean: [...refused({ 'a word': 'true', 'a number': 1 }), ...OTHER_KINDS],
  JSON: [...JSONS, ...allowed({ 'a prototype': prototype })],
  JSONObject: [...JSONS, ...refused({ 'a list': [], 'a text': 'x' }), ...allowed({ 'a prototype': prototype })],
  Labels: [...JSONS, ...refused({ 'a prototype': prototype, 'a list': [], 'an empty key': { '': 1 } })],
  StringMap: [...JSONS, ...refused({ 'a prototype': prototype, 'a list': [] })],
  TaskInputs: [
    ...JSONS,
    ...refused({ 'a prototype': prototype, 'a list': [], 'another kind': { a: [{ kind: 'constructor', id: UUID }] } }),
    ...refused({ 'a NUL in a name': { a: [{ kind: 'parameter', name: '\0' }] } }),
  ],
};
const OF_ENUMS = [...refused({ 'another name': 'NOPE', 'a prototype': '__proto__', 'a number': 1 }), ...OTHER_KINDS];
const OF_LISTS = refused({
  'a hundred thousand entries': Array.from({ length: 100_000 }, () => null),
  'an object': {},
});

/** A place in the arguments of a field for hostile values. */
export interface Place {
  path: (string | number)[];
  hostile: Hostile[];
}

type Slot = GraphQLArgument | GraphQLInputField;

/** Returns every place in these arguments. An input type that occurs more than once is visited once. */
export function places(slots: readonly Slot[]): Place[] {
  const seen = new Set<GraphQLNamedInputType>();
  return slots.flatMap(({ name, type }) => within(type, [name], seen));
}

function within(type: GraphQLInputType, path: Place['path'], seen: Set<GraphQLNamedInputType>): Place[] {
  if (isNonNullType(type)) return within(type.ofType, path, seen);
  if (isListType(type)) return [{ path, hostile: OF_LISTS }, ...within(type.ofType, [...path, 0], seen)];
  if (isEnumType(type)) return [{ path, hostile: OF_ENUMS }];
  if (!isInputObjectType(type)) return [{ path, hostile: hostileOf(type.name) }];
  if (seen.has(type)) return [];
  seen.add(type);
  return Object.values(type.getFields()).flatMap((field) => within(field.type, [...path, field.name], seen));
}

function hostileOf(scalar: string): Hostile[] {
  const values = HOSTILE[scalar];
  if (!values) throw new Error(`Say what is hostile to the scalar ${scalar}.`);
  return values;
}

export interface Samples {
  /** Values of required arguments and fields by name. They take precedence over values by type. */
  [name: string]: unknown;
}

const OF_TYPES: Samples = {
  String: 'text',
  ID: UUID,
  Int: 20,
  Float: 1,
  Boolean: true,
  DateTime: '2026-11-21T10:00:00Z',
  Labels: { a: 1 },
};

/** Returns only the required arguments. */
export const leastArguments = (slots: readonly Slot[], samples: Samples) =>
  argumentsWith(slots, { path: [] }, undefined, samples);

/** Returns the required arguments with a value in one place. */
export function argumentsWith(slots: readonly Slot[], { path }: Pick<Place, 'path'>, value: unknown, samples: Samples) {
  const [name, ...rest] = path;
  return Object.fromEntries(
    slots.flatMap((slot): [string, unknown][] => {
      if (slot.name === name) return [[name, filled(slot.type, rest, value, samples)]];
      return isAskedFor(slot) ? [[slot.name, least(slot, samples)]] : [];
    }),
  );
}

const isAskedFor = ({ type, defaultValue }: Slot) => isNonNullType(type) && defaultValue === undefined;

function filled(type: GraphQLInputType, path: Place['path'], value: unknown, samples: Samples): unknown {
  if (isNonNullType(type)) return filled(type.ofType, path, value, samples);
  if (path.length === 0) return value;
  if (isListType(type)) return [filled(type.ofType, path.slice(1), value, samples)];
  if (!isInputObjectType(type)) throw new Error(`${type} has no ${path[0]}`);
  return argumentsWith(Object.values(type.getFields()), { path }, value, samples);
}

function least({ name, type }: Slot, samples: Samples): unknown {
  if (name in samples) return samples[name];
  const named = getNamedType(type);
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (isListType(nullable)) return [];
  if (isEnumType(named)) return named.getValues()[0]?.name;
  if (!isInputObjectType(named)) return OF_TYPES[named.name];
  return leastArguments(Object.values(named.getFields()), samples);
}
