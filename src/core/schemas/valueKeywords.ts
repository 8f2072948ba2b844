import { isJsonObject, type Json, numberIn } from '../values/jsonObject.ts';
import type { Steps } from '../values/steps.ts';
import { comparableText } from './comparableText.ts';
import { hasType } from './jsonTypes.ts';
import { isMultiple, numberRepr, type PythonNumber, pythonNumber } from './pythonNumber.ts';
import type { Keyword } from './schemaValidation.ts';
import { shownInPython, shownList } from './shownInPython.ts';

// The keywords that look at one value. Source of the messages: jsonschema, _keywords.py.

const type: Keyword = (validation, argument, check) => {
  const types = Array.isArray(argument) ? argument : [argument];
  validation.steps.spend(types.length - 1);
  if (types.some((one) => typeof one === 'string' && hasType(check.value, one))) return;
  validation.report(check, 'type', () => `${shownInPython(check.value)} is not of type ${shownList(types)}`);
};

const enumeration: Keyword = (validation, argument, check) => {
  if (!Array.isArray(argument) || validation.isOneOf(check.value, argument)) return;
  validation.report(check, 'enum', () => `${shownInPython(check.value)} is not one of ${shownInPython(argument)}`);
};

const constant: Keyword = (validation, argument, check) => {
  const { steps } = validation;
  if (comparableText(check.value, steps) === comparableText(argument, steps)) return;
  validation.report(check, 'const', () => `${shownInPython(argument)} was expected`);
};

const bound =
  (name: string, fails: (value: PythonNumber, limit: PythonNumber) => boolean, words: string): Keyword =>
  (validation, argument, check) => {
    const value = pythonNumber(check.value);
    const limit = pythonNumber(argument);
    if (value === null || limit === null || !fails(value, limit)) return;
    validation.report(check, name, () => `${numberRepr(value)} is ${words} of ${numberRepr(limit)}`);
  };

const multipleOf: Keyword = (validation, argument, check) => {
  const value = pythonNumber(check.value);
  const divisor = pythonNumber(argument);
  if (value === null || divisor === null || isMultiple(value, divisor)) return;
  validation.report(check, 'multipleOf', () => `${numberRepr(value)} is not a multiple of ${numberRepr(divisor)}`);
};

/** Returns how long a value is; null if the keyword does not concern it. */
type Measure = (value: Json, steps: Steps) => number | null;

const items: Measure = (value) => (Array.isArray(value) ? value.length : null);
const members: Measure = (value) => (isJsonObject(value) ? Object.keys(value).length : null);
const characters: Measure = (value, steps) => {
  if (typeof value !== 'string') return null;
  steps.spend(Math.ceil(value.length / 8));
  let count = 0;
  for (const _ of value) count++;
  return count;
};

const least =
  (name: string, measure: Measure, words: string): Keyword =>
  (validation, argument, check) => {
    const size = measure(check.value, validation.steps);
    const limit = numberIn(argument);
    if (size === null || limit === null || size >= limit) return;
    const fault = limit === 1 ? 'should be non-empty' : words;
    validation.report(check, name, () => `${shownInPython(check.value)} ${fault}`);
  };

const most =
  (name: string, measure: Measure, words: string): Keyword =>
  (validation, argument, check) => {
    const size = measure(check.value, validation.steps);
    const limit = numberIn(argument);
    if (size === null || limit === null || size <= limit) return;
    const fault = limit === 0 ? 'is expected to be empty' : words;
    validation.report(check, name, () => `${shownInPython(check.value)} ${fault}`);
  };

const pattern: Keyword = (validation, argument, check) => {
  const { value } = check;
  if (typeof value !== 'string' || typeof argument !== 'string' || validation.matches(argument, value)) return;
  validation.report(check, 'pattern', () => `${shownInPython(value)} does not match ${shownInPython(argument)}`);
};

const uniqueItems: Keyword = (validation, argument, check) => {
  const { value } = check;
  if (argument !== true || !Array.isArray(value)) return;
  const texts = new Set(value.map((item) => comparableText(item, validation.steps)));
  if (texts.size === value.length) return;
  validation.report(check, 'uniqueItems', () => `${shownInPython(value)} has non-unique elements`);
};

export const VALUE_KEYWORDS: { readonly [name: string]: Keyword } = {
  type,
  enum: enumeration,
  const: constant,
  minimum: bound('minimum', (value, limit) => value < limit, 'less than the minimum'),
  maximum: bound('maximum', (value, limit) => value > limit, 'greater than the maximum'),
  exclusiveMinimum: bound('exclusiveMinimum', (value, limit) => value <= limit, 'less than or equal to the minimum'),
  exclusiveMaximum: bound('exclusiveMaximum', (value, limit) => value >= limit, 'greater than or equal to the maximum'),
  multipleOf,
  minItems: least('minItems', items, 'is too short'),
  maxItems: most('maxItems', items, 'is too long'),
  minLength: least('minLength', characters, 'is too short'),
  maxLength: most('maxLength', characters, 'is too long'),
  minProperties: least('minProperties', members, 'does not have enough properties'),
  maxProperties: most('maxProperties', members, 'has too many properties'),
  pattern,
  uniqueItems,
};
