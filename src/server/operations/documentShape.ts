import {
  type DocumentNode,
  type GraphQLLeafType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  Kind,
  type SelectionSetNode,
  TokenKind,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';

type Literal = Pick<Extract<ValueNode, { value: string }>, 'kind' | 'value'>;

/** The tokens that are literals, and what each is where it stands for a value. */
const LITERALS = {
  [TokenKind.STRING]: Kind.STRING,
  [TokenKind.BLOCK_STRING]: Kind.STRING,
  [TokenKind.INT]: Kind.INT,
  [TokenKind.FLOAT]: Kind.FLOAT,
} as const;

/**
 * A document apart from the values in it: its tokens with all strings empty and all numbers zero, and the strings and numbers
 * in their order. Clients that write values into their documents, as that of Prefect 1 does, send few shapes and a new
 * document each time.
 */
export function shapedDocument({ loc }: DocumentNode): { shape: string; literals: Literal[] } {
  const words: string[] = [];
  const literals: Literal[] = [];
  for (let token = loc?.startToken; token; token = token.next ?? undefined) {
    const { kind, value } = token;
    if (kind === TokenKind.COMMENT) continue;
    if (!isLiteral(kind)) words.push(value ?? kind);
    else {
      literals.push({ kind: LITERALS[kind], value });
      words.push(LITERALS[kind] === Kind.STRING ? '""' : '0');
    }
  }
  return { shape: words.join(' '), literals };
}

const isLiteral = (kind: TokenKind): kind is keyof typeof LITERALS => kind in LITERALS;

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
export const areOfTypes = (literals: readonly Literal[], types: readonly GraphQLLeafType[]): boolean =>
  literals.length === types.length && literals.every((literal, index) => isOfType(literal, types[index]));

function isOfType(literal: Literal, type: GraphQLLeafType | undefined): boolean {
  try {
    return type?.parseLiteral(literal as ValueNode, undefined) !== undefined; // a string or a number, with all that it needs
  } catch {
    return false;
  }
}
