import { type DocumentNode, type GraphQLSchema, Kind, type SelectionSetNode } from 'graphql';
import type { DocumentLimits } from './documentSize.ts';

/**
 * The limits of a document that Prefect 1's user interface generates: a root field for each neighbour of a task run, for
 * each mapped task or for each late run, up to a thousand.
 */
export const GENERATED_LIMITS = { tokens: 30_000, aliases: 2_000, fields: 10_000 };

/** Returns the limits with those of a generated document, if they are higher. */
export const generatedLimits = (limits: DocumentLimits): DocumentLimits => ({
  ...limits,
  tokens: Math.max(limits.tokens, GENERATED_LIMITS.tokens),
  aliases: Math.max(limits.aliases, GENERATED_LIMITS.aliases),
  fields: Math.max(limits.fields, GENERATED_LIMITS.fields),
});

/**
 * Whether all root fields belong to the Prefect 1 dialect, and the document has neither fragments nor fields to merge,
 * except a column that is selected twice. Then even a long document takes little more time to validate than to parse:
 * fragments expand, and fields with the same response name are compared in pairs, with all that they contain.
 */
export function isGeneratedDocument(schema: GraphQLSchema, { definitions }: DocumentNode): boolean {
  return definitions.every((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return false;
    const fields = schema.getRootType(definition.operation)?.getFields();
    return (
      definition.selectionSet.selections.every(
        (one) => one.kind === Kind.FIELD && fields?.[one.name.value]?.extensions.isOfPrefect1 === true,
      ) && isPlain(definition.selectionSet)
    );
  });
}

function isPlain({ selections }: SelectionSetNode): boolean {
  const times = new Map<string, number>();
  return selections.every((one) => {
    if (one.kind !== Kind.FIELD) return false;
    const name = (one.alias ?? one.name).value;
    const before = times.get(name) ?? 0;
    times.set(name, before + (one.selectionSet ? MOST_TIMES : 1));
    return before + 1 <= MOST_TIMES && (!one.selectionSet || (before === 0 && isPlain(one.selectionSet)));
  });
}

/** The user interface selects `map_index` twice. */
const MOST_TIMES = 2;
