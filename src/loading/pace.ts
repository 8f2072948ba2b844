// A turn of the event loop then takes a few milliseconds.
const VALUES_PER_TURN = 5_000;
const ROWS_PER_TURN = 100;
// A statement for that many parents costs little more per parent than one for all of them.
const ROWS_PER_BATCH = 5_000;

/**
 * Spreads the production of a large answer over turns of the event loop. graphql produces all fields of the rows that it
 * has without a pause: a hundred thousand rows would occupy the thread for seconds, and no other request, no timer and
 * no signal would be served meanwhile. So after some thousand values, the rows are passed on in portions.
 */
export interface Pace {
  /** Counts a value of the answer. */
  produced(): void;
  /** Returns the value, now or in a later turn; a long list as one whose items arrive over several turns. */
  deliver(value: unknown): unknown;
  /**
   * Schedules the batch of a DataLoader. While rows wait to be passed on, their loads are still to come, so the batch
   * waits for up to some thousand rows: a level of a document remains one statement, or few.
   */
  schedule(dispatch: () => void): void;
  /** Drops everything that waits. */
  stop(): void;
}

export function createPace(): Pace {
  let waiting: { rows: number; pass: () => void }[] = [];
  /** How many of `waiting` were passed on. */
  let passed = 0;
  let batches: (() => void)[] = [];
  let rowsInBatch = 0;
  let producedInTurn = 0;
  let isTurning = false;
  let isStopped = false;

  const isWaiting = () => passed < waiting.length;

  function turn(): void {
    producedInTurn = 0;
    // The loads of rows that were passed on in one turn are made before the next.
    if (!isWaiting() || rowsInBatch >= ROWS_PER_BATCH) {
      for (const dispatch of batches.splice(0)) dispatch();
      rowsInBatch = 0;
    }
    let rows = 0;
    for (; isWaiting() && rows < ROWS_PER_TURN; passed += 1) {
      rows += waiting[passed]?.rows ?? 0;
      waiting[passed]?.pass();
    }
    rowsInBatch += rows;
    if (!isWaiting()) {
      waiting = [];
      passed = 0;
    }
    isTurning = isWaiting() || batches.length > 0;
    if (isTurning) setImmediate(turn);
  }

  function turnLater(): void {
    if (isTurning) return;
    isTurning = true;
    setImmediate(turn);
  }

  const isBusy = () => isWaiting() || producedInTurn > VALUES_PER_TURN;

  function later<Value>(rows: number, value: Value): Promise<Value> {
    turnLater();
    return new Promise((resolve) => {
      if (!isStopped) waiting.push({ rows, pass: () => resolve(value) });
    });
  }

  function inPortions(list: readonly unknown[]): unknown[] {
    const items = list.slice(0, ROWS_PER_TURN);
    for (let start = ROWS_PER_TURN; start < list.length; start += ROWS_PER_TURN) {
      const portion = later(ROWS_PER_TURN, list.slice(start, start + ROWS_PER_TURN));
      const size = Math.min(ROWS_PER_TURN, list.length - start);
      for (let place = 0; place < size; place += 1) items.push(portion.then((rows) => rows[place]));
    }
    return items;
  }

  return {
    produced() {
      producedInTurn += 1;
    },
    deliver(value) {
      const isLong = Array.isArray(value) && value.length > 2 * ROWS_PER_TURN;
      if (isLong) return isBusy() ? later(1, value).then(inPortions) : inPortions(value);
      return isBusy() ? later(Array.isArray(value) ? value.length : 1, value) : value;
    },
    schedule(dispatch) {
      // As DataLoader does by itself: after the promises that are resolved now, and what they resolve.
      afterPromises(() => {
        if (!isWaiting()) return dispatch();
        batches.push(dispatch);
        turnLater();
      });
    },
    stop() {
      isStopped = true;
      waiting = [];
      passed = 0;
      batches = [];
    },
  };
}

const RESOLVED = Promise.resolve();
const afterPromises = (work: () => void) => void RESOLVED.then(() => process.nextTick(work));
