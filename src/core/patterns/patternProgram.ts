import type { Steps } from '../values/steps.ts';
import { type Accepts, ASCII_WORD, WORD } from './characterClasses.ts';
import { type ParsedPattern, parsePattern } from './parsePattern.ts';
import { PatternError, type PatternTree, type Place, widthOf } from './patternTree.ts';

/** One instruction; the next one follows, if nothing else is said. */
export type Instruction =
  | { do: 'character'; accepts: Accepts }
  /** As many characters as possible, or as few; then fewer, or more. */
  | { do: 'span'; accepts: Accepts; isLazy: boolean }
  | { do: 'at'; place: Place; isMultiline: boolean; isWord: Accepts }
  /** Tries `first`, then `second`. */
  | { do: 'split'; first: number; second: number }
  | { do: 'jump'; to: number }
  /** Stores the position. */
  | { do: 'save'; slot: number }
  /** Fails if the position is the stored one: a loop whose body matched nothing. */
  | { do: 'moved'; slot: number }
  /** Runs the instructions from `body` on: the result decides, and for an atomic group its end is the new position. */
  | { do: 'look'; body: number; width: number; isNegated: boolean; to: number }
  | { do: 'atomic'; body: number; to: number }
  | { do: 'reference'; group: number; ignoresCase: boolean }
  | { do: 'condition'; group: number; no: number }
  | { do: 'end' };

export interface PatternProgram {
  instructions: readonly Instruction[];
  /** How many positions are stored: two per group, one per loop. */
  slots: number;
  /** Whether the match depends on what a group has matched before. */
  refersBack: boolean;
  /** Whether a part of the pattern ignores case. */
  ignoresCase: boolean;
}

export const STEPS_PER_CHARACTER = 5;
/** `x{1000}` is written a thousand times. */
const MAX_INSTRUCTIONS = 200_000;

/**
 * Compiles a regular expression of Python.
 * @throws PatternError
 */
export function patternProgram(pattern: string, steps: Steps): PatternProgram {
  steps.spend(STEPS_PER_CHARACTER * pattern.length);
  const parsed = parsePattern(pattern);
  const writer = new ProgramWriter(parsed, steps);
  return writer.program();
}

class ProgramWriter {
  readonly #instructions: Instruction[] = [];
  #slots: number;

  constructor(
    readonly parsed: ParsedPattern,
    readonly steps: Steps,
  ) {
    this.#slots = 2 * parsed.groups;
  }

  program(): PatternProgram {
    this.#write(this.parsed.tree);
    this.#add({ do: 'end' });
    const { refersBack, ignoresCase } = this.parsed;
    return { instructions: this.#instructions, slots: this.#slots, refersBack, ignoresCase };
  }

  get #here(): number {
    return this.#instructions.length;
  }

  #add<Added extends Instruction>(instruction: Added): Added {
    this.steps.spend();
    if (this.#instructions.push(instruction) > MAX_INSTRUCTIONS)
      throw new PatternError('the pattern repeats too many parts');
    return instruction;
  }

  #write(tree: PatternTree): void {
    switch (tree.kind) {
      case 'sequence':
        for (const part of tree.parts) this.#write(part);
        return;
      case 'branch':
        this.#writeBranches(tree.branches);
        return;
      case 'characters':
        this.#add({ do: 'character', accepts: tree.accepts });
        return;
      case 'at':
        this.#add({
          do: 'at',
          place: tree.place,
          isMultiline: tree.isMultiline,
          isWord: tree.isAscii ? ASCII_WORD : WORD,
        });
        return;
      case 'repeat':
        this.#writeRepeat(tree);
        return;
      case 'group':
        this.#writeGroup(tree.group, tree.part);
        return;
      case 'atomic':
        this.#writeAtomic(() => this.#write(tree.part));
        return;
      case 'look': {
        const width = tree.isBehind ? widthOf(tree.part)[0] : 0;
        const look = this.#add({ do: 'look', body: this.#here + 1, width, isNegated: tree.isNegated, to: 0 });
        this.#write(tree.part);
        this.#add({ do: 'end' });
        look.to = this.#here;
        return;
      }
      case 'reference':
        this.#add({ do: 'reference', group: tree.group, ignoresCase: tree.ignoresCase });
        return;
      case 'condition': {
        const condition = this.#add({ do: 'condition', group: tree.group, no: 0 });
        this.#write(tree.yes);
        const jump = this.#add({ do: 'jump', to: 0 });
        condition.no = this.#here;
        this.#write(tree.no);
        jump.to = this.#here;
        return;
      }
    }
  }

  #writeBranches(branches: readonly PatternTree[]): void {
    const jumps: { to: number }[] = [];
    for (const [index, branch] of branches.entries()) {
      if (index === branches.length - 1) this.#write(branch);
      else {
        const split = this.#add({ do: 'split', first: this.#here + 1, second: 0 });
        this.#write(branch);
        jumps.push(this.#add({ do: 'jump', to: 0 }));
        split.second = this.#here;
      }
    }
    for (const jump of jumps) jump.to = this.#here;
  }

  #writeGroup(group: number | null, part: PatternTree): void {
    // Only a reference asks what a group has matched.
    const isCaptured = group !== null && this.parsed.refersBack;
    if (isCaptured) this.#add({ do: 'save', slot: 2 * group });
    this.#write(part);
    if (isCaptured) this.#add({ do: 'save', slot: 2 * group + 1 });
  }

  #writeAtomic(write: () => void): void {
    const atomic = this.#add({ do: 'atomic', body: this.#here + 1, to: 0 });
    write();
    this.#add({ do: 'end' });
    atomic.to = this.#here;
  }

  #writeRepeat({ min, max, mode, part }: PatternTree & { kind: 'repeat' }): void {
    if (mode === 'possessive') {
      this.#writeAtomic(() => this.#writeRepeat({ kind: 'repeat', min, max, mode: 'greedy', part }));
      return;
    }
    const isLazy = mode === 'lazy';
    for (let count = 0; count < min; count++) this.#write(part);
    if (max === Number.POSITIVE_INFINITY) this.#writeLoop(part, isLazy);
    else this.#writeOptional(part, max - min, isLazy);
  }

  #writeOptional(part: PatternTree, times: number, isLazy: boolean): void {
    const splits: { do: 'split'; first: number; second: number }[] = [];
    for (let count = 0; count < times; count++) {
      splits.push(this.#add({ do: 'split', first: this.#here + 1, second: this.#here + 1 }));
      this.#write(part);
    }
    for (const split of splits) split[isLazy ? 'first' : 'second'] = this.#here;
  }

  #writeLoop(part: PatternTree, isLazy: boolean): void {
    if (part.kind === 'characters') {
      this.#add({ do: 'span', accepts: part.accepts, isLazy });
      return;
    }
    const start = this.#here;
    const split = this.#add({ do: 'split', first: start + 1, second: start + 1 });
    const slot = this.#slots++;
    this.#add({ do: 'save', slot });
    this.#write(part);
    this.#add({ do: 'moved', slot });
    this.#add({ do: 'jump', to: start });
    split[isLazy ? 'first' : 'second'] = this.#here;
  }
}
