import type { FieldNode, GraphQLResolveInfo, SelectionSetNode } from 'graphql';

/**
 * Tells whether a document asks for one of these fields anywhere below the field that is being resolved. Wide JSON
 * columns are read only then. It may say yes where the field belongs to something further down, or is skipped by a
 * directive: that costs a column; it never says no where a field is asked for.
 */
export function selecting(...names: string[]) {
  // The executor hands the same array to all siblings, two hundred rows of a page for instance: they share the answer.
  const answers = new WeakMap<readonly FieldNode[], boolean>();

  return ({ fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): boolean => {
    const known = answers.get(fieldNodes);
    if (known !== undefined) return known;
    const answer = fieldNodes.some(({ selectionSet }) => within(selectionSet));
    answers.set(fieldNodes, answer);
    return answer;

    function within(set: SelectionSetNode | undefined): boolean {
      if (!set) return false;
      return set.selections.some((selection) => {
        if (selection.kind === 'FragmentSpread') return within(fragments[selection.name.value]?.selectionSet);
        return (selection.kind === 'Field' && names.includes(selection.name.value)) || within(selection.selectionSet);
      });
    }
  };
}
