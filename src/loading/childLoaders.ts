import DataLoader from 'dataloader';
import { Problem } from '../core/values/problem.ts';

// More than any document written by a person needs.
const MAX_WAYS = 100;

/** Reads a value for each parent. The map must contain every parent. */
export type ReadChildren<Value> = (parentIds: readonly string[]) => Promise<Map<string, Value>>;

/**
 * Loads the children of parents. Requests for the same list with equal arguments are one statement for all parents. A
 * document can request a list with different arguments, by aliases; each combination has its own loader.
 */
export function childLoaders() {
  // `unknown`, because each list has its own type. A key starts with the name of the list, so its type is always the
  // same.
  const loaders = new Map<string, DataLoader<string, unknown>>();

  return async <Value>(way: [list: string, ...arguments_: object[]], parentId: string, read: ReadChildren<Value>) => {
    const key = JSON.stringify(way);
    const loader = loaders.get(key) ?? new DataLoader<string, unknown>((ids) => inOrder(ids, read));
    loaders.set(key, loader);
    if (loaders.size > MAX_WAYS)
      throw new Problem(
        'QUERY_TOO_COMPLEX',
        `A document can request lists with at most ${MAX_WAYS} different combinations of list and arguments.`,
      );
    return (await loader.load(parentId.toLowerCase())) as Value; // The cast: see `loaders`.
  };
}

async function inOrder<Value>(parentIds: readonly string[], read: ReadChildren<Value>): Promise<(Value | Error)[]> {
  const found = await read(parentIds);
  return parentIds.map((id) => found.get(id) ?? new Error('A read of children must return every parent.'));
}
