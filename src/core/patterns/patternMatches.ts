import type { Steps } from '../values/steps.ts';
import { type Accepts, codePointOf, otherCases } from './characterClasses.ts';
import type { Instruction, PatternProgram } from './patternProgram.ts';

/**
 * Whether the pattern matches anywhere in the text, as Python's `re.search`.
 *
 * The search goes back to the last choice when it fails. Unless the pattern refers back, it remembers which choices have
 * failed at which positions, so that its steps are at most the product of the lengths of pattern and text. With a
 * reference it can take exponentially many, and `steps` ends it.
 * @throws TooManySteps
 */
export function patternMatches(program: PatternProgram, text: string, steps: Steps): boolean {
  steps.spend(1 + Math.ceil(text.length / 2));
  const codePoints: number[] = [];
  for (const character of text) codePoints.push(codePointOf(character));
  const search = new Run(program, codePoints, steps);
  const saved = new Array<number>(program.slots).fill(-1);
  for (let start = 0; start <= codePoints.length; start++) {
    steps.spend();
    if (search.run(0, start, saved)) return true;
  }
  return false;
}

/** A choice that is left: where to continue. A span leaves several positions, from `position` on to `last`. */
interface Choice {
  at: number;
  position: number;
  last: number;
  saved: readonly number[];
}

interface Match {
  position: number;
  saved: readonly number[];
}

const FAILED = null;

/** One search, or one part of it that is decided by itself: a look-around or an atomic group. */
class Run {
  readonly #failed = new Set<number>();
  /** Per span, the last positions from which it was tried: all of them lead to the same end. */
  readonly #spans = new Map<number, [number, number]>();
  readonly #choices: Choice[] = [];

  constructor(
    readonly program: PatternProgram,
    readonly text: readonly number[],
    readonly steps: Steps,
  ) {}

  /** Returns where the match ends. */
  run(start: number, from: number, initial: readonly number[]): Match | null {
    this.#choices.push({ at: start, position: from, last: from, saved: initial });
    for (let choice = this.#next(); choice; choice = this.#next()) {
      const match = this.#follow(choice.at, choice.position, choice.saved);
      if (match) return match;
    }
    return null;
  }

  #next(): Choice | undefined {
    const choice = this.#choices.at(-1);
    if (!choice || choice.position === choice.last) return this.#choices.pop();
    const { position } = choice;
    choice.position += choice.last < position ? -1 : 1;
    return { ...choice, position };
  }

  #follow(start: number, from: number, initial: readonly number[]): Match | null {
    let at = start;
    let position = from;
    let saved = initial;
    for (;;) {
      this.steps.spend();
      // The program ends with `end`, so there is always an instruction.
      const instruction = this.program.instructions[at] as Instruction;
      switch (instruction.do) {
        case 'end':
          return { position, saved };
        case 'character': {
          const character = this.text[position];
          if (character === undefined || !this.#accepts(instruction, character)) return FAILED;
          position++;
          at++;
          break;
        }
        case 'span':
          this.#pushSpan(at, position, instruction, saved);
          return FAILED;
        case 'split':
          if (this.#wasTried(at, position)) return FAILED;
          this.#choices.push({ at: instruction.second, position, last: position, saved });
          at = instruction.first;
          break;
        case 'jump':
          at = instruction.to;
          break;
        case 'at':
          if (!this.#isAt(instruction, position)) return FAILED;
          at++;
          break;
        case 'save':
          if (this.program.refersBack) saved = this.#with(saved, instruction.slot, position);
          at++;
          break;
        case 'moved':
          // Without references, `#wasTried` ends a loop that stands still.
          if (this.program.refersBack && saved[instruction.slot] === position) return FAILED;
          at++;
          break;
        case 'look': {
          const begin = position - instruction.width;
          const match = begin < 0 ? null : this.#part(instruction.body, begin, saved);
          if ((match !== null) === instruction.isNegated) return FAILED;
          saved = match?.saved ?? saved;
          at = instruction.to;
          break;
        }
        case 'atomic': {
          const match = this.#part(instruction.body, position, saved);
          if (!match) return FAILED;
          ({ position, saved } = match);
          at = instruction.to;
          break;
        }
        case 'reference': {
          const end = this.#afterReference(instruction, position, saved);
          if (end === null) return FAILED;
          position = end;
          at++;
          break;
        }
        case 'condition':
          at = Number(saved[2 * instruction.group + 1]) >= 0 ? at + 1 : instruction.no;
          break;
      }
    }
  }

  #accepts({ accepts }: { accepts: Accepts }, character: number): boolean {
    if (character > 127) this.steps.spend(this.program.ignoresCase ? SLOW_CASE_STEPS : 1);
    return accepts(character);
  }

  #part(start: number, from: number, saved: readonly number[]): Match | null {
    return new Run(this.program, this.text, this.steps).run(start, from, saved);
  }

  #wasTried(at: number, position: number): boolean {
    if (this.program.refersBack) return false;
    const key = at * (this.text.length + 1) + position;
    if (this.#failed.has(key)) return true;
    this.#failed.add(key);
    this.steps.spend();
    return false;
  }

  #with(saved: readonly number[], slot: number, position: number): readonly number[] {
    this.steps.spend(Math.ceil(saved.length / 8));
    const copy = [...saved];
    copy[slot] = position;
    return copy;
  }

  /** Adds the positions that a span can reach as choices, except those that were tried before. */
  #pushSpan(at: number, position: number, span: Instruction & { do: 'span' }, saved: readonly number[]) {
    const tried = this.program.refersBack ? undefined : this.#spans.get(at);
    if (tried && tried[0] <= position && position <= tried[1]) return;
    const stop = tried && position < tried[0] ? tried[0] : this.text.length;
    let end = position;
    while (end < stop && this.#accepts(span, Number(this.text[end]))) end++;
    this.steps.spend(Math.ceil((end - position) / 4));
    const joins = end === tried?.[0];
    this.#spans.set(at, [position, joins ? tried[1] : end]);
    const farthest = joins ? end - 1 : end;
    const [first, last] = span.isLazy ? [position, farthest] : [farthest, position];
    this.#choices.push({ at: at + 1, position: first, last, saved });
  }

  #isAt({ place, isMultiline, isWord }: Instruction & { do: 'at' }, position: number): boolean {
    const { text } = this;
    const isLast = position === text.length;
    switch (place) {
      case 'stringStart':
        return position === 0;
      case 'stringEnd':
        return isLast;
      case 'start':
        return position === 0 || (isMultiline && text[position - 1] === NEW_LINE);
      case 'end':
        // Python: `$` also matches before a newline at the end.
        return isLast || (text[position] === NEW_LINE && (isMultiline || position === text.length - 1));
      case 'boundary':
        return this.#isWordAt(position - 1, isWord) !== this.#isWordAt(position, isWord);
      case 'noBoundary':
        // Python 3.11: an empty text has no place without a boundary either.
        return text.length > 0 && this.#isWordAt(position - 1, isWord) === this.#isWordAt(position, isWord);
    }
  }

  #isWordAt(position: number, isWord: Accepts): boolean {
    const character = this.text[position];
    return character !== undefined && isWord(character);
  }

  /** Returns the position after a repetition of what the group matched. */
  #afterReference(
    { group, ignoresCase }: Instruction & { do: 'reference' },
    position: number,
    saved: readonly number[],
  ): number | null {
    const [from = -1, to = -1] = saved.slice(2 * group, 2 * group + 2);
    if (from < 0 || to < from) return null;
    this.steps.spend(Math.ceil((to - from) / 4));
    for (let offset = 0; offset < to - from; offset++) {
      const [expected = 0, actual = -1] = [this.text[from + offset], this.text[position + offset]];
      if (actual === expected) continue;
      if (!ignoresCase || !otherCases(expected, false).includes(actual)) return null;
    }
    return position + to - from;
  }
}

const NEW_LINE = 10;
/** Other cases of letters beyond ASCII are computed each time. */
const SLOW_CASE_STEPS = 10;
