/** Counts the work on data that a user supplied. */
export interface Steps {
  /** Throws TooManySteps if more steps are spent than there are. */
  spend(steps?: number): void;
  /** Returns steps for one of several searches, so that a search without end does not stop the others. */
  share(searches: number): Steps;
}

/** A schedule, schema or pattern needs more steps than it may have. */
export class TooManySteps extends Error {}

/**
 * Users write rules that look for their next time until the year 9999, such as every 30 February, and schemas and patterns
 * that are checked for years. So the work on them has a number of steps; a step takes less than a microsecond. A clock
 * would judge the same input differently on a busy machine.
 */
export function countSteps(most: number): Steps {
  let left = most;
  return {
    spend(steps = 1) {
      left -= steps;
      if (left < 0) throw new TooManySteps(`more than ${most} steps`);
    },
    share: (searches) => countSteps(Math.floor(most / searches)),
  };
}

/** Returns values until the steps do not suffice for more. */
export function* withinSteps<Value>(values: Iterable<Value>): Generator<Value> {
  try {
    yield* values;
  } catch (error) {
    if (!(error instanceof TooManySteps)) throw error;
  }
}

/** Returns the first values, until they are enough or the steps do not suffice for more. */
export function takeWithinSteps<Value>(
  values: Iterable<Value>,
  isEnough: (taken: readonly Value[], last: Value) => boolean,
): Value[] {
  const taken: Value[] = [];
  for (const value of withinSteps(values)) {
    taken.push(value);
    if (isEnough(taken, value)) break;
  }
  return taken;
}
