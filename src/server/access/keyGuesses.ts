import { LRUCache } from 'lru-cache';
import { RequestFault } from '../observing/clientError.ts';

/** Unknown keys that an address may try at once, and the time after which it may try one more. */
const MOST_GUESSES = 30;
const MS_PER_GUESS = 2_000;
/** Addresses beyond these are forgotten, the longest unused first. */
const MAX_ADDRESSES = 10_000;

/**
 * Limits how many unknown keys each address may try, because each one costs a question to the database. A key has 256
 * random bits: this does not protect it, it needs no protection. The clients behind one proxy share its address.
 */
export class KeyGuesses {
  /** The time at which the address may try all guesses again. */
  readonly #recoveredAt = new LRUCache<string, number>({ max: MAX_ADDRESSES });

  constructor(private readonly now: () => number = Date.now) {}

  /** Notes a key that may be unknown. Throws LIMIT_EXCEEDED if the address must wait. */
  take(address: string | undefined): void {
    if (address === undefined) return;
    if (this.#backlogMs(address) > (MOST_GUESSES - 1) * MS_PER_GUESS)
      throw new RequestFault(
        429,
        'LIMIT_EXCEEDED',
        'Too many unknown API keys came from this address. Try again in a minute.',
      );
    this.#recoveredAt.set(address, this.now() + this.#backlogMs(address) + MS_PER_GUESS);
  }

  /** The key is known. */
  giveBack(address: string | undefined): void {
    if (address !== undefined) this.#recoveredAt.set(address, this.now() + this.#backlogMs(address) - MS_PER_GUESS);
  }

  #backlogMs(address: string): number {
    return Math.max(0, (this.#recoveredAt.get(address) ?? 0) - this.now());
  }
}
