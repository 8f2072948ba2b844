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
import { Problem } from '../../core/values/problem.ts';
import type { ClientError } from '../observing/clientError.ts';
import type { PresentError } from '../observing/presentError.ts';
import { areOfTypes, literalTypes, shapedDocument } from './documentShape.ts';
import { checkSize, type DocumentLimits } from './documentSize.ts';
import { type PageField, pageFields } from './pageCost.ts';

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

/** The types of the values in all documents of a shape; null where each document must be validated by itself. */
type Shape = { types: readonly GraphQLLeafType[] | null };
type Reading = { read: ReadDocument } | { errors: readonly ClientError[] };

export interface Documents {
  read(text: string): Reading;
}

// A parsed document takes some hundred times the memory of its text: 1 MB of texts is about 100 MB at worst. Longer texts
// than 20 kB are written by programs with values inlined; they would never be met again.
const REMEMBERED = { max: 2_000, maxSize: 1_000_000, maxEntrySize: 20_000 };

/** Reads documents, good or bad, and remembers those it has read: reading one costs ten times what running it does. */
export function createDocuments(schema: GraphQLSchema, limits: DocumentLimits, present: PresentError): Documents {
  const readings = new LRUCache<string, Reading>({ ...REMEMBERED, sizeCalculation: (_, text) => text.length + 1 });

  /** Of good documents. Validation takes most of the time of reading, and it is the same for all of a shape. */
  const shapes = new LRUCache<string, Shape>({ ...REMEMBERED, sizeCalculation: (_, shape) => shape.length + 1 });
  /** Texts that came once. With the values of one request in it, a document is hardly ever met again. */
  const metOnce = new LRUCache<string, true>({ ...REMEMBERED, sizeCalculation: (_, text) => text.length + 1 });

  function readUnknown(text: string): Reading {
    const document = parse(text, { maxTokens: limits.tokens });
    const { shape, literals } = shapedDocument(document);
    const known = shapes.get(shape);
    if (known?.types && areOfTypes(literals, known.types)) {
      const reading = { read: readDocument(schema, text, document) };
      if (literals.length > 0 && !metOnce.delete(text)) {
        metOnce.set(text, true);
        return reading;
      }
      return remembered(text, reading);
    }
    checkSize(document, limits);
    const errors = validate(schema, document);
    if (errors.length > 0)
      return remembered(text, { errors: errors.map((error) => present(error, 'GRAPHQL_VALIDATION_FAILED')) });
    if (!known) shapes.set(shape, { types: literalTypes(schema, document) });
    return remembered(text, { read: readDocument(schema, text, document) });
  }

  function remembered(text: string, reading: Reading): Reading {
    readings.set(text, reading);
    return reading;
  }

  return {
    read(text) {
      const known = readings.get(text);
      if (known) return known;
      try {
        return readUnknown(text);
      } catch (error) {
        const errors = [present(asTooManyTokens(error, limits.tokens) ?? error, 'GRAPHQL_PARSE_FAILED')];
        return remembered(text, { errors });
      }
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
