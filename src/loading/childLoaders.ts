import DataLoader from 'dataloader';
import { Problem } from '../core/values/problem.ts';

// A document that asks for lists in this many ways is not a person's.
const MAX_WAYS = 100;

/** Reads something for each of many parents; the map has every parent. */
export type ReadChildren<Value> = (parentIds: readonly string[]) => Promise<Map<string, Value>>;

/**
 * Loads what belongs to parents. Parents that are asked in the same way (for one list, with equal arguments) are read
 * together in one statement; a document can ask for a list in several ways, by aliases, and each has its own loader.
 */
export function childLoaders() {
  // `unknown`, because each list has a type of its own. A way names its list first, so it always leads to the same type.
  const loaders = new Map<string, DataLoader<string, unknown>>();

  return async <Value>(way: [list: string, ...arguments_: object[]], parentId: string, read: ReadChildren<Value>) => {
    const key = JSON.stringify(way);
    const loader = loaders.get(key) ?? new DataLoader<string, unknown>((ids) => inOrder(ids, read));
    loaders.set(key, loader);
    if (loaders.size > MAX_WAYS)
      throw new Problem('QUERY_TOO_COMPLEX', `A document may ask for lists in ${MAX_WAYS} ways at most.`);
    return (await loader.load(parentId.toLowerCase())) as Value; // See above.
  };
}

async function inOrder<Value>(parentIds: readonly string[], read: ReadChildren<Value>): Promise<(Value | Error)[]> {
  const found = await read(parentIds);
  return parentIds.map((id) => found.get(id) ?? new Error('A read of children left out one of their parents.'));
}
