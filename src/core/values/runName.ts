import { adjectives, animals } from 'unique-names-generator';

// Words that may offend in a random combination.
const LEFT_OUT = ['dead', 'fat', 'fatal', 'gay', 'naked', 'racial', 'sexual'];
const ADJECTIVES = adjectives.filter((word) => !LEFT_OUT.includes(word));

/** Returns a default name for a run, such as `quiet-otter`. It is not unique. `random` is uniform in [0, 1). */
export const runName = (random: () => number): string => `${pick(ADJECTIVES, random())}-${pick(animals, random())}`;

const pick = (words: readonly string[], random: number) => words[Math.floor(random * words.length)];
