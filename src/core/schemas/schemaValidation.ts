import { patternMatches } from '../patterns/patternMatches.ts';
import { type PatternProgram, patternProgram } from '../patterns/patternProgram.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import type { Steps } from '../values/steps.ts';
import { comparableText } from './comparableText.ts';
import { memberOf } from './memberOf.ts';
import { SchemaReferences, type Scope, scopeWithin } from './schemaReferences.ts';
import { shownInPython } from './shownInPython.ts';
import type { Place, ValidationError } from './validationError.ts';

/** A value that is checked against a schema. */
export interface Check {
  value: Json;
  schema: JsonObject;
  place: Place | null;
  baseDepth: number;
  scope: Scope;
  /** How many schemas are being checked around this one. */
  nesting: number;
  errors: ValidationError[];
}

/** Checks one keyword, and adds what is wrong to the errors of the check. */
export type Keyword = (validation: SchemaValidation, argument: Json, check: Check) => void;

/** The schema refers to itself without end, or is nested too deeply. */
export class CircularSchema extends Error {}

/** Python raises RecursionError at a similar depth. */
const MAX_NESTING = 500;
/** An error takes memory. */
const STEPS_PER_ERROR = 10;

/**
 * Checks values against JSON Schemas as Python's jsonschema does, with its messages, and counts its steps.
 * Source: jsonschema, validators.py.
 */
export class SchemaValidation {
  readonly references: SchemaReferences;
  readonly #programs = new Map<string, PatternProgram>();
  readonly #enums = new WeakMap<Json[], Set<string>>();

  constructor(
    readonly schema: Json,
    readonly keywords: ReadonlyMap<string, Keyword>,
    readonly steps: Steps,
  ) {
    this.references = new SchemaReferences(schema, steps);
  }

  errorsOf(value: Json): ValidationError[] {
    const errors: ValidationError[] = [];
    const scope = this.references.start;
    this.#check(value, this.schema, { value, schema: {}, place: null, baseDepth: 0, scope, nesting: 0, errors });
    return errors;
  }

  /** Checks the same value against another schema. */
  descend(check: Check, schema: Json): void {
    this.#check(check.value, schema, check);
  }

  /** Checks a member of the value. */
  descendTo(check: Check, key: string | number, member: Json, schema: Json): void {
    const place = { key, depth: (check.place?.depth ?? 0) + 1, parent: check.place };
    this.#check(member, schema, check, place);
  }

  /** Checks the name of a member. */
  descendToName(check: Check, name: string, schema: Json): void {
    this.#check(name, schema, check);
  }

  /** Returns the errors of another check of the same value. Their paths are relative to it. */
  errorsWithin(check: Check, schema: Json, value: Json = check.value): ValidationError[] {
    const errors: ValidationError[] = [];
    this.#check(value, schema, check, check.place, check.scope, check.place?.depth ?? 0, errors);
    return errors;
  }

  isValid(check: Check, schema: Json, value: Json = check.value): boolean {
    return this.errorsWithin(check, schema, value).length === 0;
  }

  /** Returns the same check inside the scope of a reference that was followed. */
  nested(check: Check, scope: Scope): Check {
    if (check.nesting >= MAX_NESTING) throw new CircularSchema();
    return { ...check, scope, nesting: check.nesting + 1 };
  }

  followReference(check: Check, reference: string): void {
    const { schema, scope } = this.references.resolve(reference, check.scope);
    this.#check(check.value, schema, check, check.place, scope);
  }

  report(
    { errors, value, schema, place, baseDepth }: Check,
    keyword: string,
    message: () => string,
    context: ValidationError[] = [],
  ): void {
    this.steps.spend(STEPS_PER_ERROR);
    errors.push({ message, keyword, value, schema, place, baseDepth, context });
  }

  /** As Python's `re.search`. */
  matches(pattern: string, text: string): boolean {
    let program = this.#programs.get(pattern);
    if (!program) {
      program = patternProgram(pattern, this.steps);
      this.#programs.set(pattern, program);
    }
    return patternMatches(program, text, this.steps);
  }

  isOneOf(value: Json, values: Json[]): boolean {
    let texts = this.#enums.get(values);
    if (!texts) {
      texts = new Set(values.map((one) => comparableText(one, this.steps)));
      this.#enums.set(values, texts);
    }
    return texts.has(comparableText(value, this.steps));
  }

  /** The names of `properties` that the value has, in the order of the schema. */
  presentNames(properties: JsonObject, value: JsonObject): string[] {
    let order = ORDERS.get(properties);
    if (!order) {
      order = new Map(Object.keys(properties).map((name, index) => [name, index]));
      ORDERS.set(properties, order);
    }
    const names = Object.keys(value).filter((name) => order.has(name));
    this.steps.spend(Math.ceil(names.length / 2));
    return names.sort((one, other) => Number(order.get(one)) - Number(order.get(other)));
  }

  // The arguments stand alone instead of in an object: this is called for each member, and once more for each schema.
  #check(
    value: Json,
    schema: Json,
    outer: Check,
    place = outer.place,
    outerScope = outer.scope,
    baseDepth = outer.baseDepth,
    errors = outer.errors,
  ): void {
    this.steps.spend(2);
    if (schema === false) this.#reportFalse(value, place, baseDepth, errors);
    if (!isJsonObject(schema)) return;
    const nesting = outer.nesting + 1;
    if (nesting > MAX_NESTING) throw new CircularSchema();
    const scope = scopeWithin(outerScope, schema);
    const check: Check = { value, schema, place, baseDepth, scope, nesting, errors };
    for (const name of Object.keys(schema)) {
      this.steps.spend();
      this.keywords.get(name)?.(this, memberOf(schema, name), check);
    }
  }

  #reportFalse(value: Json, place: Place | null, baseDepth: number, errors: ValidationError[]): void {
    this.steps.spend(STEPS_PER_ERROR);
    const message = () => `False schema does not allow ${shownInPython(value)}`;
    errors.push({ message, keyword: null, value, schema: false, place, baseDepth, context: [] });
  }
}

/** The order of the names, by the object of `properties`. */
const ORDERS = new WeakMap<JsonObject, ReadonlyMap<string, number>>();
