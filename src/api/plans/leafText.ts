import { type GraphQLLeafType, type GraphQLOutputType, isLeafType, isListType, isNonNullType } from 'graphql';
import { formatInstant } from '../../core/values/instant.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { instantFromColumn } from '../../store/connection/columnParsers.ts';
import { columnValue } from '../../store/plans/readLevel.ts';
import { Unplanned } from './unplanned.ts';

/** Returns the JSON of a value. */
type Text = (text: string) => string;

/** Returns a function that turns the text of a column into the JSON of a field. Null stays null, if the field allows it. */
export function leafText(type: GraphQLOutputType, sqlType: string): (text: string | null) => string {
  const isNullable = !isNonNullType(type);
  const write = textOf(isNonNullType(type) ? type.ofType : type, sqlType);
  return (text) => {
    if (text !== null) return write(text);
    if (isNullable) return 'null';
    throw new Unplanned('a column is null whose field is not');
  };
}

/** The conversions that need no value. All others read the value and let the type write it. */
function textOf(type: GraphQLOutputType, sqlType: string): Text {
  const name = isLeafType(type) ? type.name : null;
  const known = name === null ? undefined : TEXTS[`${name} of ${sqlType}`];
  if (known) return known;
  // The database's enum has the same names as GraphQL's.
  if (name === 'StateType') return quoted;
  // `jsonb` is JSON, with all digits, and without the NUL and the lone surrogates that JSON could have.
  if (sqlType === 'jsonb' && (JSON_SCALARS.has(name ?? '') || String(type) === '[String!]')) return unchanged;
  return (text) => valueText(type, columnValue(sqlType, text));
}

const unchanged: Text = (text) => text;
const quoted: Text = (text) => `"${text}"`;
const stringText: Text = (text) => JSON.stringify(text);
const JSON_SCALARS: ReadonlySet<string> = new Set(['JSON', 'JSONObject', 'Labels', 'TaskInputs']);

const TEXTS: { readonly [conversion: string]: Text | undefined } = {
  'ID of uuid': quoted,
  'String of text': stringText,
  'Int of int2': unchanged,
  'Int of int4': unchanged,
  'Boolean of bool': (text) => (text === 't' ? 'true' : 'false'),
  'DateTime of timestamptz': instantText,
};

// `2026-11-21 01:08:00+00`, in a session with the time zone UTC. A fraction is between the seconds and the offset.
const WITHOUT_FRACTION = 22;

function instantText(text: string): string {
  const end = text.length - 3;
  if (text.length < WITHOUT_FRACTION || text[4] !== '-' || !text.endsWith('+00'))
    return `"${formatInstant(instantFromColumn(text))}"`;
  return `"${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, end).padEnd(6, '0')}Z"`;
}

/** Returns the JSON of a value, as graphql completes and writes it. */
export function valueText(type: GraphQLOutputType, value: unknown): string {
  if (isNonNullType(type)) {
    if (value === null || value === undefined) throw new Unplanned('a value is null whose field is not');
    return valueText(type.ofType, value);
  }
  if (value === null || value === undefined) return 'null';
  if (!isListType(type)) return writeJson((type as GraphQLLeafType).serialize(value) as string); // what planned types are
  if (!Array.isArray(value)) throw new Unplanned('a value is not a list');
  return `[${value.map((item) => valueText(type.ofType, item)).join(',')}]`;
}
