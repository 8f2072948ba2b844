import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

export type Fragments = { readonly [name: string]: FragmentDefinitionNode };
export type Values = { readonly [variable: string]: unknown };

/** What collecting the fields of an operation needs. */
export interface Collecting {
  schema: GraphQLSchema;
  fragments: Fragments;
  /** The values of the variables that `@skip` and `@include` use. */
  conditions: Values;
}

/**
 * Returns the fields that an object of this type has in an answer, by their names in the answer. Several nodes for one name
 * are one field, whose selections are merged.
 * https://spec.graphql.org/October2021/#CollectFields()
 */
export function collectedFields(
  { schema, fragments, conditions }: Collecting,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  for (const set of sets) collect(set);
  return fields;

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (!isIncluded(selection)) continue;
      if (selection.kind === 'Field') {
        const name = (selection.alias ?? selection.name).value;
        const known = fields.get(name);
        if (known) known.push(selection);
        else fields.set(name, [selection]);
        continue;
      }
      const fragment = selection.kind === 'FragmentSpread' ? spread(selection.name.value) : selection;
      if (fragment && applies(fragment.typeCondition?.name.value)) collect(fragment.selectionSet);
    }
  }

  function spread(name: string): FragmentDefinitionNode | null {
    if (visited.has(name)) return null;
    visited.add(name);
    return fragments[name] ?? null;
  }

  function applies(condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditional = schema.getType(condition);
    return isAbstractType(conditional) && schema.isSubType(conditional, type);
  }

  function isIncluded(selection: SelectionNode): boolean {
    if (!selection.directives?.length) return true;
    if (getDirectiveValues(GraphQLSkipDirective, selection, conditions)?.if === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, selection, conditions)?.if !== false;
  }
}
