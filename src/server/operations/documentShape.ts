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

/** The tokens that are literals, with the kind of value of each. */
const LITERALS = {
  [TokenKind.STRING]: Kind.STRING,
  [TokenKind.BLOCK_STRING]: Kind.STRING,
  [TokenKind.INT]: Kind.INT,
  [TokenKind.FLOAT]: Kind.FLOAT,
} as const;

/**
 * Separates a document into its shape and its literals. The shape is the document's tokens with every string empty and
 * every number zero. Clients that inline values, such as Prefect 1's, send a new document each time, but only a few
 * shapes.
 */
export function shapedDocument({ loc }: DocumentNode): { shape: string; literals: Literal[]; tokens: number } {
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
  // Without the tokens at the start and at the end of the document, which graphql does not count.
  return { shape: words.join(' '), literals, tokens: words.length - 2 };
}

const isLiteral = (kind: TokenKind): kind is keyof typeof LITERALS => kind in LITERALS;

/**
 * Returns the types of the literals of a valid document, in order. Another document of the same shape is valid if its
 * literals fit these types: apart from type checks, validation only looks at values to compare fields that it merges.
 * Returns null if the document may have such fields. https://spec.graphql.org/October2021/#sec-Validation
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

/** Whether all selections are fields with different response names. */
function areApart({ selections }: SelectionSetNode): boolean {
  const names = selections.map((one) => (one.kind === Kind.FIELD ? (one.alias ?? one.name).value : null));
  return !names.includes(null) && new Set(names).size === names.length;
}

/** Whether each literal fits its type. If not, the document must be validated. */
export const areOfTypes = (literals: readonly Literal[], types: readonly GraphQLLeafType[]): boolean =>
  literals.length === types.length && literals.every((literal, index) => isOfType(literal, types[index]));

function isOfType(literal: Literal, type: GraphQLLeafType | undefined): boolean {
  try {
    return type?.parseLiteral(literal as ValueNode, undefined) !== undefined; // has all that parseLiteral reads
  } catch {
    return false;
  }
}
