import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { Problem } from '../core/problem.ts';
import { documentShape, VALUE_RULES } from './documentShape.ts';
import { checkSize, type DocumentLimits } from './documentSize.ts';
import { type PageField, pageFields } from './pageRows.ts';
import type { PresentError } from './presentError.ts';
import type { PresentedError } from './presentedError.ts';

/** A document that was read, checked and found good. */
export interface ReadDocument {
  text: string;
  document: DocumentNode;
  /** Null where the name fits no operation, or there is no name and not exactly one operation. */
  operation(name: string | null | undefined): ReadOperation | null;
}

export interface ReadOperation {
  definition: OperationDefinitionNode;
  pages: PageField[];
}

type Reading = { read: ReadDocument } | { errors: readonly PresentedError[] };

export interface Documents {
  read(text: string): Reading;
}

// A parsed document takes some hundred times the memory of its text: 1 MB of texts is about 100 MB at worst. Longer texts
// than 20 kB are written by programs with values inlined; they would never be met again.
const REMEMBERED = { max: 2_000, maxSize: 1_000_000, maxEntrySize: 20_000 };

/** Reads documents, good or bad, and remembers those it has read: reading one costs ten times what running it does. */
export function createDocuments(schema: GraphQLSchema, limits: DocumentLimits, present: PresentError): Documents {
  const readings = new LRUCache<string, Reading>({ ...REMEMBERED, sizeCalculation: (_, text) => text.length + 1 });

  /** Shapes of good documents. Validation takes most of the time of reading, and most of it is the same for all of a shape. */
  const shapes = new LRUCache<string, true>({ ...REMEMBERED, sizeCalculation: (_, shape) => shape.length + 1 });

  function readAfresh(text: string): Reading {
    try {
      const document = parse(text, { maxTokens: limits.tokens });
      checkSize(document, limits);
      const shape = documentShape(text);
      const isKnown = shape !== null && shapes.has(shape);
      const errors = validate(schema, document, isKnown ? VALUE_RULES : specifiedRules);
      if (errors.length === 0 && shape !== null) shapes.set(shape, true);
      if (errors.length > 0) return { errors: errors.map((error) => present(error, 'GRAPHQL_VALIDATION_FAILED')) };
      return { read: readDocument(schema, text, document) };
    } catch (error) {
      return { errors: [present(asTooManyTokens(error, limits.tokens) ?? error, 'GRAPHQL_PARSE_FAILED')] };
    }
  }

  return {
    read(text) {
      const known = readings.get(text);
      if (known) return known;
      const reading = readAfresh(text);
      readings.set(text, reading);
      return reading;
    },
  };
}

function readDocument(schema: GraphQLSchema, text: string, document: DocumentNode): ReadDocument {
  const operations = new Map<string | null, ReadOperation | null>();
  return {
    text,
    document,
    operation(name = null) {
      const known = operations.get(name);
      if (known !== undefined) return known;
      const definition = getOperationAST(document, name);
      // Names that fit nothing are not remembered: callers could invent any number of them.
      if (!definition) return null;
      const operation = { definition, pages: pageFields(schema, document, definition) };
      operations.set(name, operation);
      return operation;
    },
  };
}

/** graphql reports too many tokens as an error of syntax. */
const asTooManyTokens = (error: unknown, maxTokens: number): Problem | null =>
  error instanceof Error && error.message.startsWith('Syntax Error: Document contains more that')
    ? new Problem('QUERY_TOO_COMPLEX', `The document goes past the limit of ${maxTokens} tokens.`, {
        limit: 'tokens',
        max: maxTokens,
      })
    : null;
