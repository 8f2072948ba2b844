import DataLoader from 'dataloader';
import { Problem } from '../core/values/problem.ts';
import type { Pace } from './pace.ts';

// More than any document written by a person needs.
const MAX_WAYS = 100;

/** Reads a value for each parent. The map must contain every parent. */
export type ReadChildren<Value> = (parentIds: readonly string[]) => Promise<Map<string, Value>>;

/** A list and its arguments. Ways with equal JSON are the same. */
type Way = [list: string, ...arguments_: object[]];

interface Children<Value> {
  loader: DataLoader<string, Value>;
  /** What was loaded: rows that a document reaches again and again need no promise. */
  known: Map<string, Value>;
}

/**
 * Loads the children of parents. Requests for the same list with equal arguments are one statement for all parents. A
 * document can request a list with different arguments, by aliases; each combination has its own loader.
 */
export function childLoaders(pace: Pace) {
  // `unknown`, because each list has its own type. A key starts with the name of the list, so its type is always the
  // same.
  const ways = new Map<string, Children<unknown>>();

  return <Value>(way: Way | string, parentId: string, read: ReadChildren<Value>): Value | Promise<Value> => {
    const key = typeof way === 'string' ? way : JSON.stringify(way);
    const children = (ways.get(key) ?? childrenOf(read)) as Children<Value>; // See `ways`.
    ways.set(key, children);
    if (ways.size > MAX_WAYS)
      return Promise.reject(
        new Problem(
          'QUERY_TOO_COMPLEX',
          `A document can request lists with at most ${MAX_WAYS} different combinations of list and arguments.`,
        ),
      );
    const id = parentId.toLowerCase();
    return children.known.get(id) ?? children.loader.load(id);
  };

  function childrenOf<Value>(read: ReadChildren<Value>): Children<Value> {
    const known = new Map<string, Value>();
    const load = async (parentIds: readonly string[]) => {
      const found = await read(parentIds);
      for (const [id, value] of found) known.set(id, value);
      return parentIds.map((id) => found.get(id) ?? new Error('A read of children must return every parent.'));
    };
    return { known, loader: new DataLoader<string, Value>(load, { batchScheduleFn: pace.schedule }) };
  }
}
