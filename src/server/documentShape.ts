import {
  type DocumentNode,
  type GraphQLLeafType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

// Names first, for they hold digits. A block string or a comment gives no shape: what is in them is none of these tokens.
const TOKENS = /[_A-Za-z][_0-9A-Za-z]*|"""|#|"(?:[^"\\\n\r]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const QUOTE = 34;
const NINE = 57;

export interface ShapedDocument {
  /** The document with all strings emptied and all numbers zero. */
  shape: string;
  /** The strings, in their quotes, and the numbers, in their order. */
  literals: string[];
}

/**
 * A document apart from the values in it, or null where it is none so simple. Clients that write values into their
 * documents, as that of Prefect 1 does, send few shapes and a new document each time.
 */
export function shapedDocument(text: string): ShapedDocument | null {
  let isSimple = true;
  const literals: string[] = [];
  const shape = text.replace(TOKENS, (token) => {
    const first = token.charCodeAt(0);
    // Letters and _ come behind the digits; before them are the quote, # and -.
    if (first > NINE) return token;
    if (token === '"""' || token === '#') isSimple = false;
    literals.push(token);
    return first === QUOTE ? '""' : '0';
  });
  return isSimple ? { shape, literals } : null;
}

/**
 * The types of the literals of a valid document, in their order. Where others of its shape have literals that their types
 * take, these are valid, too: besides the types of values, validation looks at values only where it compares fields that
 * are to be merged. Null where there may be such fields. https://spec.graphql.org/October2021/#sec-Validation
 */
export function literalTypes(schema: GraphQLSchema, document: DocumentNode): GraphQLLeafType[] | null {
  const types: GraphQLLeafType[] = [];
  let isPlain = true;
  const typeInfo = new TypeInfo(schema);
  const literal = () => {
    const type = getNamedType(typeInfo.getInputType());
    if (isLeafType(type)) types.push(type);
    else isPlain = false;
  };
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      StringValue: literal,
      IntValue: literal,
      FloatValue: literal,
      SelectionSet: (selectionSet) => {
        if (!areApart(selectionSet)) isPlain = false;
      },
    }),
  );
  return isPlain ? types : null;
}

/** Whether all are fields, each with a name of its own in the answer. */
function areApart({ selections }: SelectionSetNode): boolean {
  const names = selections.map((one) => (one.kind === Kind.FIELD ? (one.alias ?? one.name).value : null));
  return !names.includes(null) && new Set(names).size === names.length;
}

/** Whether each literal is plainly one of its type; where not, validation has the last word. */
export const areOfTypes = (literals: readonly string[], types: readonly GraphQLLeafType[]): boolean =>
  literals.length === types.length && types.every((type, index) => isOfType(literals[index] ?? '', type));

function isOfType(literal: string, type: GraphQLLeafType): boolean {
  const isString = literal.charCodeAt(0) === QUOTE;
  if (isString && literal.includes('\\')) return false;
  const kind = isString ? Kind.STRING : /[.eE]/.test(literal) ? Kind.FLOAT : Kind.INT;
  try {
    return type.parseLiteral({ kind, value: isString ? literal.slice(1, -1) : literal }, undefined) !== undefined;
  } catch {
    return false;
  }
}
