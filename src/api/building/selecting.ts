import type { FieldNode, GraphQLResolveInfo, SelectionSetNode } from 'graphql';

/**
 * Returns a function that tells whether a document selects one of these fields anywhere below the resolved field. Wide
 * JSON columns are read only then. The result can be a false positive, if the field belongs to an object further down
 * or a directive skips it; that costs one column. It is never a false negative.
 */
export function selecting(...names: string[]) {
  // The executor passes the same array for all siblings, such as the 200 rows of a page, so they share the answer.
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
