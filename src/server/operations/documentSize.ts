import { type DocumentNode, type FragmentDefinitionNode, Kind, type NameNode, type SelectionSetNode } from 'graphql';
import { Problem } from '../../core/values/problem.ts';

export interface DocumentLimits {
  bytes: number;
  tokens: number;
  depth: number;
  aliases: number;
  fields: number;
}

interface Size {
  depth: number;
  aliases: number;
  fields: number;
}

/**
 * Throws QUERY_TOO_COMPLEX if a document is deeper or wider than allowed.
 *
 * Sizes are those of the executed document, with fragments expanded: twenty fragments that each spread the next one
 * twice are a short text and a million fields. Each fragment is measured once, and its size is added for each spread,
 * so the time is linear in the length of the document. This check runs before validation, which compares fields
 * pairwise and would be slow for such a document. It therefore accepts invalid documents: a cycle or an unknown
 * fragment counts as zero here, and validation reports it.
 */
export function checkSize(document: DocumentNode, limits: DocumentLimits): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const measurer = createMeasurer(fragments);
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION)
      refuseBeyond(limits, measurer.selectionSet(definition.selectionSet));
    else if (definition.kind === Kind.FRAGMENT_DEFINITION)
      refuseBeyond(limits, measurer.fragment(definition.name.value));
}

function refuseBeyond(limits: DocumentLimits, size: Size): void {
  for (const name of ['depth', 'aliases', 'fields'] as const)
    if (size[name] > limits[name])
      throw new Problem('QUERY_TOO_COMPLEX', `The document exceeds the limit of ${limits[name]} ${UNITS[name]}.`, {
        limit: name,
        max: limits[name],
      });
}
const UNITS = { depth: 'levels', aliases: 'aliases', fields: 'fields' } as const;

function createMeasurer(fragments: Map<string, FragmentDefinitionNode>) {
  const measured = new Map<string, Size>();
  function fragmentSize(name: string): Size {
    const known = measured.get(name);
    if (known) return known;
    const nothing = { depth: 0, aliases: 0, fields: 0 };
    measured.set(name, nothing); // the size within a cycle
    const fragment = fragments.get(name);
    const size = fragment ? measure(fragment.selectionSet) : nothing;
    if (fragment && introspects(fragment.typeCondition)) size.depth = 1;
    measured.set(name, size);
    return size;
  }
  function measure(selectionSet: SelectionSetNode): Size {
    const total: Size = { depth: 0, aliases: 0, fields: 0 };
    const add = ({ depth, aliases, fields }: Size) => {
      total.depth = Math.max(total.depth, depth);
      total.aliases += aliases;
      total.fields += fields;
    };
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) add(fragmentSize(selection.name.value));
      else if (selection.kind === Kind.INLINE_FRAGMENT) add(measure(selection.selectionSet));
      else {
        const within = selection.selectionSet ? measure(selection.selectionSet) : { depth: 0, aliases: 0, fields: 0 };
        add({
          depth: introspects(selection) ? 1 : within.depth + 1,
          aliases: within.aliases + (selection.alias ? 1 : 0),
          fields: within.fields + 1,
        });
      }
    }
    return total;
  }
  return { selectionSet: measure, fragment: fragmentSize };
}

/** Introspection queries are deep. graphql's own validation rule limits them. */
const introspects = ({ name }: { name: NameNode }): boolean => name.value.startsWith('__');
