import type { Json } from '../values/jsonObject.ts';
import { itemOf } from './memberOf.ts';
import type { Keyword } from './schemaValidation.ts';
import { shownInPython, shownList } from './shownInPython.ts';
import type { ValidationError } from './validationError.ts';

// The keywords that apply other schemas to the same value. Source of the messages: jsonschema, _keywords.py.

const reference: Keyword = (validation, argument, check) => {
  if (typeof argument === 'string') validation.followReference(check, argument);
};

const allOf: Keyword = (validation, argument, check) => {
  if (Array.isArray(argument)) for (const schema of argument) validation.descend(check, schema);
};

const anyOf: Keyword = (validation, argument, check) => {
  if (!Array.isArray(argument)) return;
  const context: ValidationError[] = [];
  for (const schema of argument) {
    const errors = validation.errorsWithin(check, schema);
    if (errors.length === 0) return;
    for (const error of errors) context.push(error);
  }
  validation.report(check, 'anyOf', fitsNone(check.value), context);
};

const oneOf: Keyword = (validation, argument, check) => {
  if (!Array.isArray(argument)) return;
  const context: ValidationError[] = [];
  const first = argument.findIndex((schema) => {
    const errors = validation.errorsWithin(check, schema);
    for (const error of errors) context.push(error);
    return errors.length === 0;
  });
  if (first < 0) {
    validation.report(check, 'oneOf', fitsNone(check.value), context);
    return;
  }
  const more = argument.slice(first + 1).filter((schema) => validation.isValid(check, schema));
  if (more.length === 0) return;
  const schemas = [...more, itemOf(argument, first)];
  const message = () => `${shownInPython(check.value)} is valid under each of ${shownList(schemas)}`;
  validation.report(check, 'oneOf', message);
};

const fitsNone = (value: Json) => () => `${shownInPython(value)} is not valid under any of the given schemas`;

const not: Keyword = (validation, argument, check) => {
  if (!validation.isValid(check, argument)) return;
  const message = () => `${shownInPython(check.value)} should not be valid under ${shownInPython(argument)}`;
  validation.report(check, 'not', message);
};

const ifThenElse: Keyword = (validation, argument, check) => {
  const branch = validation.isValid(check, argument) ? check.schema.then : check.schema.else;
  if (branch !== undefined) validation.descend(check, branch);
};

export const COMBINING_KEYWORDS: { readonly [name: string]: Keyword } = {
  $ref: reference,
  $dynamicRef: reference,
  allOf,
  anyOf,
  oneOf,
  not,
  if: ifThenElse,
};
