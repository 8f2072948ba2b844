import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import type { Steps } from '../values/steps.ts';
import { memberOf } from './memberOf.ts';
import { shownInPython } from './shownInPython.ts';

/** The document that references are relative to: the schema, or a part of it with an `$id`. */
export interface Scope {
  root: Json;
  uri: string;
}

/** A reference leads nowhere. */
export class UnresolvableReference extends Error {}

/**
 * Follows the references inside one schema. Nothing is ever fetched.
 * Source: referencing, as jsonschema uses it with Prefect's empty registry.
 */
export class SchemaReferences {
  readonly start: Scope;
  readonly #steps: Steps;
  #documents: Map<string, Scope> | null = null;
  /** Per document. */
  readonly #anchors = new Map<Json, Map<string, JsonObject>>();

  constructor(schema: Json, steps: Steps) {
    this.start = scopeWithin({ root: schema, uri: '' }, schema);
    this.#steps = steps;
  }

  /** @throws UnresolvableReference */
  resolve(reference: string, from: Scope): { schema: Json; scope: Scope } {
    const [address = '', fragment = ''] = splitAtHash(reference);
    const scope = address === '' ? from : this.#documentAt(joined(from.uri, address), reference);
    if (fragment === '') return { schema: scope.root, scope };
    if (fragment.startsWith('/')) return this.#pointedAt(fragment, scope);
    return this.#anchored(fragment, scope);
  }

  #documentAt(uri: string, reference: string): Scope {
    this.#documents ??= this.#collect();
    const found = this.#documents.get(uri);
    if (!found) throw new UnresolvableReference(`Unresolvable: ${reference}`);
    return found;
  }

  #pointedAt(pointer: string, from: Scope): { schema: Json; scope: Scope } {
    let scope = from;
    let schema = from.root;
    for (const part of pointer.slice(1).split('/')) {
      this.#steps.spend();
      const key = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
      const next = isJsonObject(schema)
        ? own(schema, key)
        : Array.isArray(schema) && /^\d+$/.test(key)
          ? schema[Number(key)]
          : undefined;
      if (next === undefined)
        throw new UnresolvableReference(
          `PointerToNowhere: ${shownInPython(pointer)} does not exist within ${shownInPython(from.root)}`,
        );
      schema = next;
      scope = scopeWithin(scope, schema);
    }
    return { schema, scope };
  }

  #anchored(anchor: string, scope: Scope): { schema: Json; scope: Scope } {
    let anchors = this.#anchors.get(scope.root);
    if (!anchors) {
      anchors = this.#anchorsOf(scope.root);
      this.#anchors.set(scope.root, anchors);
    }
    const schema = anchors.get(anchor);
    if (schema) return { schema, scope };
    throw new UnresolvableReference(
      `NoSuchAnchor: ${shownInPython(anchor)} does not exist within ${shownInPython(scope.root)}`,
    );
  }

  #collect(): Map<string, Scope> {
    const documents = new Map<string, Scope>([[this.start.uri, this.start]]);
    const add = (part: Json, scope: Scope): void => {
      this.#steps.spend();
      if (Array.isArray(part)) for (const item of part) add(item, scope);
      if (!isJsonObject(part)) return;
      const own = scopeWithin(scope, part);
      if (own !== scope) documents.set(own.uri, own);
      for (const key of Object.keys(part)) add(memberOf(part, key), own);
    };
    add(this.start.root, this.start);
    return documents;
  }

  #anchorsOf(root: Json): Map<string, JsonObject> {
    const anchors = new Map<string, JsonObject>();
    const add = (part: Json): void => {
      this.#steps.spend();
      if (Array.isArray(part)) for (const item of part) add(item);
      // A document inside this one has anchors of its own.
      if (!isJsonObject(part) || (part !== root && typeof part.$id === 'string')) return;
      for (const name of [part.$anchor, part.$dynamicAnchor])
        if (typeof name === 'string' && !anchors.has(name)) anchors.set(name, part);
      for (const key of Object.keys(part)) add(memberOf(part, key));
    };
    add(root);
    return anchors;
  }
}

/** Returns the scope of a part of a schema: its own if it has an `$id`. */
export function scopeWithin(scope: Scope, schema: Json): Scope {
  if (!isJsonObject(schema) || typeof schema.$id !== 'string' || schema === scope.root) return scope;
  return { root: schema, uri: joined(scope.uri, splitAtHash(schema.$id)[0]) };
}

function splitAtHash(reference: string): [string, string] {
  const at = reference.indexOf('#');
  return at < 0 ? [reference, ''] : [reference.slice(0, at), reference.slice(at + 1)];
}

const isAbsolute = (uri: string) => /^[a-z][a-z0-9+.-]*:/i.test(uri);

/** A relative address replaces the last segment of the base. */
function joined(base: string, address: string): string {
  return isAbsolute(address) ? address : base.slice(0, base.lastIndexOf('/') + 1) + address;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const own = (object: { [key: string]: Json }, key: string) => (Object.hasOwn(object, key) ? object[key] : undefined);
