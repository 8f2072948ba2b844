import { adjectives, animals } from 'unique-names-generator';

// Words that are better not put in front of another by chance.
const LEFT_OUT = ['dead', 'fat', 'fatal', 'gay', 'naked', 'racial', 'sexual'];
const ADJECTIVES = adjectives.filter((word) => !LEFT_OUT.includes(word));

/** A readable name for a run that was given none, `quiet-otter`. Not unique. `random` is uniform in [0, 1). */
export const runName = (random: () => number): string => `${pick(ADJECTIVES, random())}-${pick(animals, random())}`;

const pick = (words: readonly string[], random: number) => words[Math.floor(random * words.length)];
