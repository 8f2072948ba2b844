import {
  type DocumentNode,
  type GraphQLLeafType,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { type ReadPlans, readPlans } from '../../api/plans/readPlan.ts';
import { Problem } from '../../core/values/problem.ts';
import type { ClientError } from '../observing/clientError.ts';
import type { PresentError } from '../observing/presentError.ts';
import { checkIntrospection } from './checkIntrospection.ts';
import { areOfTypes, literalTypes, shapedDocument } from './documentShape.ts';
import { checkSize, type DocumentLimits } from './documentSize.ts';
import { generatedLimits, isGeneratedDocument } from './generatedDocument.ts';
import { hoistedLiterals } from './hoistedLiterals.ts';
import { type PageField, pageFields } from './pageCost.ts';

/** A parsed and valid document within the limits. */
export interface ReadDocument {
  text: string;
  document: DocumentNode;
  /** Whether it asks for types. This takes up to 100 ms. */
  introspects: boolean;
  /** Returns null if no operation has the name, or if the name is missing and there is not exactly one operation. */
  operation(name: string | null | undefined): ReadOperation | null;
}

export interface ReadOperation {
  definition: OperationDefinitionNode;
  pages: PageField[];
  /** Null if graphql's executor must answer. */
  plans: ReadPlans | null;
}

/** The types of the literals in all documents of a shape; null if each document needs its own validation. */
type Shape = { types: readonly GraphQLLeafType[] | null };
type Reading = { read: ReadDocument } | { errors: readonly ClientError[] };

export interface DocumentCache {
  read(text: string): Reading;
}

// A parsed document takes about a hundred times the memory of its text: 1 MB of texts is about 100 MB at worst. Texts
// longer than 20 kB come from programs that inline values, and do not repeat.
const REMEMBERED = { max: 2_000, maxSize: 1_000_000, maxEntrySize: 20_000 };

// Each error about an unknown name searches the schema for similar ones.
const MAX_ERRORS = 20;

/** Reads documents and caches the outcome, valid or not: reading a document costs ten times as much as running it. */
export function createDocumentCache(
  schema: GraphQLSchema,
  limits: DocumentLimits,
  present: PresentError,
): DocumentCache {
  const longest = generatedLimits(limits);
  const readings = new LRUCache<string, Reading>({ ...REMEMBERED, sizeCalculation: (_, text) => text.length + 1 });

  /** Shapes of valid documents. Validation takes most of the reading time, and need not be repeated for a shape. */
  const shapes = new LRUCache<string, Shape>({ ...REMEMBERED, sizeCalculation: (_, shape) => shape.length + 1 });
  /** Texts seen once. They are cached the second time, because a document with inlined values rarely repeats. */
  const metOnce = new LRUCache<string, true>({ ...REMEMBERED, sizeCalculation: (_, text) => text.length + 1 });

  function readUnknown(text: string): Reading {
    const document = parse(text, { maxTokens: longest.tokens });
    const { shape, literals, tokens } = shapedDocument(document);
    const known = shapes.get(shape);
    if (known?.types && areOfTypes(literals, known.types)) {
      const reading = { read: readDocument(schema, text, document) };
      if (literals.length > 0 && !metOnce.delete(text)) {
        metOnce.set(text, true);
        return reading;
      }
      return remembered(text, reading);
    }
    const within = isGeneratedDocument(schema, document) ? longest : limits;
    if (tokens > within.tokens) throw tooManyTokens(within.tokens);
    checkSize(document, within);
    const errors = validate(schema, document, undefined, { maxErrors: MAX_ERRORS });
    if (errors.length > 0)
      return remembered(text, { errors: errors.map((error) => present(error, 'GRAPHQL_VALIDATION_FAILED')) });
    checkIntrospection(schema, document);
    if (!known) shapes.set(shape, { types: literalTypes(schema, document) });
    return remembered(text, { read: readDocument(schema, text, document) });
  }

  function remembered(text: string, reading: Reading): Reading {
    readings.set(text, reading);
    return reading;
  }

  return {
    read(text) {
      // Before the caches, which would compute a hash of the whole text.
      if (Buffer.byteLength(text) > limits.bytes) return { errors: [present(tooManyBytes(limits.bytes))] };
      const known = readings.get(text);
      if (known) return known;
      try {
        return readUnknown(text);
      } catch (error) {
        const errors = [present(asTooManyTokens(error, longest.tokens) ?? error, 'GRAPHQL_PARSE_FAILED')];
        return remembered(text, { errors });
      }
    },
  };
}

function readDocument(schema: GraphQLSchema, text: string, document: DocumentNode): ReadDocument {
  const operations = new Map<string | null, ReadOperation | null>();
  const executed = hoistedLiterals(schema, document);
  return {
    text,
    document: executed,
    introspects: /\b__(schema|type)\b/.test(text),
    operation(name = null) {
      const known = operations.get(name);
      if (known !== undefined) return known;
      const definition = getOperationAST(executed, name);
      const written = getOperationAST(document, name);
      // Unknown names are not cached: clients can send any number of them.
      if (!definition || !written) return null;
      const plans = readPlans(schema, executed, definition);
      const operation = { definition, pages: pageFields(schema, document, written), plans };
      operations.set(name, operation);
      return operation;
    },
  };
}

/** No other limit counts comments and spaces, which take as long to read as anything else. */
const tooManyBytes = (max: number): Problem =>
  new Problem(
    'QUERY_TOO_COMPLEX',
    `The document exceeds the limit of ${max} bytes. Pass large values in \`variables\`.`,
    { limit: 'bytes', max },
  );

/** graphql reports too many tokens as a syntax error. */
const asTooManyTokens = (error: unknown, max: number): Problem | null =>
  error instanceof Error && error.message.startsWith('Syntax Error: Document contains more that')
    ? tooManyTokens(max)
    : null;

const tooManyTokens = (max: number): Problem =>
  new Problem('QUERY_TOO_COMPLEX', `The document exceeds the limit of ${max} tokens.`, { limit: 'tokens', max });
