import { isJsonObject, type Json } from '../values/jsonObject.ts';
import { isInteger, pythonNumber } from './pythonNumber.ts';

const TYPES: { readonly [name: string]: (value: Json) => boolean } = {
  array: (value) => Array.isArray(value),
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => {
    const number = pythonNumber(value);
    return number !== null && isInteger(number);
  },
  null: (value) => value === null,
  number: (value) => pythonNumber(value) !== null,
  object: isJsonObject,
  string: (value) => typeof value === 'string',
};

/** Whether the value has one of JSON Schema's types. */
export const hasType = (value: Json, type: string): boolean => Object.hasOwn(TYPES, type) && !!TYPES[type]?.(value);
