import { characterClass, codePointOf, otherCases } from './characterClasses.ts';
import { FLAGS, type Flags, PatternText } from './patternText.ts';
import { PatternError, type PatternTree, widthOf } from './patternTree.ts';
import { readCharacterSet } from './readCharacterSet.ts';
import { readEscape } from './readEscape.ts';

export interface ParsedPattern {
  tree: PatternTree;
  groups: number;
  /** Whether the match depends on what a group has matched before. */
  refersBack: boolean;
  /** Whether a part of the pattern ignores case. */
  ignoresCase: boolean;
}

const MAX_NESTING = 100;
/** Python: re._constants.MAXREPEAT. */
const MAX_REPEAT = 4_294_967_295;

/**
 * Parses a regular expression as Python's `re.compile` does.
 * Source: Python 3.11, re/_parser.py.
 * @throws PatternError
 */
export function parsePattern(pattern: string): ParsedPattern {
  const parser = new PatternParser(pattern);
  return parser.parse();
}

class PatternParser {
  readonly #text: PatternText;
  readonly #names = new Map<string, number>();
  /** Per group, its width; null until its end was read. */
  readonly #closed: ([number, number] | null)[] = [[0, 0]];
  #flags: Flags = { i: false, m: false, s: false, x: false, a: false };
  #refersBack = false;
  #ignoresCase = false;
  /** Conditions may name a group that comes later. */
  #lastCondition = 0;
  /** In a look-behind: how many groups there were before it. */
  #groupsBefore: number | null = null;

  constructor(pattern: string) {
    this.#text = new PatternText(pattern);
  }

  parse(): ParsedPattern {
    const tree = this.#branches(0);
    if (!this.#text.isAtEnd) throw new PatternError('unbalanced parenthesis');
    if (this.#lastCondition >= this.#closed.length) throw new PatternError('invalid group reference');
    return { tree, groups: this.#closed.length, refersBack: this.#refersBack, ignoresCase: this.#ignoresCase };
  }

  #branches(nesting: number): PatternTree {
    if (nesting > MAX_NESTING) throw new PatternError('the pattern is nested too deeply');
    const branches = [this.#sequence(nesting, true)];
    while (this.#text.skip('|')) branches.push(this.#sequence(nesting, false));
    const [only] = branches;
    return branches.length === 1 && only ? only : { kind: 'branch', branches };
  }

  #sequence(nesting: number, isFirst: boolean): PatternTree {
    const parts: PatternTree[] = [];
    while (!this.#text.isAtEnd && !this.#text.isNext('|', ')')) {
      if (this.#flags.x && this.#text.skipBlank()) continue;
      const isStart = nesting === 0 && isFirst && parts.length === 0;
      const part = this.#part(nesting, isStart, parts);
      if (part) parts.push(part);
    }
    return { kind: 'sequence', parts };
  }

  /** Returns null if the part changes the one before it, or matches nothing. */
  #part(nesting: number, isStart: boolean, before: PatternTree[]): PatternTree | null {
    const character = this.#text.take();
    const { m: isMultiline, a: isAscii } = this.#flags;
    switch (character) {
      case '\\':
        return this.#escape();
      case '[':
        return { kind: 'characters', accepts: readCharacterSet(this.#text, this.#flags) };
      case '.': {
        const matchesAll = this.#flags.s;
        return { kind: 'characters', accepts: (codePoint) => matchesAll || codePoint !== 10 };
      }
      case '^':
        return { kind: 'at', place: 'start', isMultiline, isAscii };
      case '$':
        return { kind: 'at', place: 'end', isMultiline, isAscii };
      case '(':
        return this.#text.skip('?') ? this.#extension(nesting, isStart) : this.#capture(nesting, null);
      case '*':
        return this.#repeat(before, 0, Number.POSITIVE_INFINITY);
      case '+':
        return this.#repeat(before, 1, Number.POSITIVE_INFINITY);
      case '?':
        return this.#repeat(before, 0, 1);
      case '{': {
        const bounds = this.#text.takeBounds();
        if (bounds) return this.#repeat(before, ...bounds);
        return this.#literal(codePointOf(character));
      }
      default:
        return this.#literal(codePointOf(character));
    }
  }

  #literal(codePoint: number): PatternTree {
    const others = this.#flags.i ? otherCases(codePoint, this.#flags.a) : [];
    return { kind: 'characters', accepts: (one) => one === codePoint || others.includes(one) };
  }

  #escape(): PatternTree {
    const { a: isAscii } = this.#flags;
    const place = this.#text.takePlace();
    if (place) return { kind: 'at', place, isMultiline: false, isAscii };
    const group = this.#text.takeGroupNumber();
    if (group !== null) return this.#reference(group);
    const letter = characterClass(this.#text.next, isAscii);
    if (letter) {
      this.#text.take();
      // A class contains both cases of its letters.
      return { kind: 'characters', accepts: letter };
    }
    return this.#literal(readEscape(this.#text));
  }

  #reference(group: number): PatternTree {
    this.#checkLookBehind(group);
    const width = this.#closed[group];
    if (!width) throw new PatternError('invalid group reference');
    this.#refersBack = true;
    return { kind: 'reference', group, ignoresCase: this.#flags.i, width };
  }

  #checkLookBehind(group: number): void {
    if (this.#groupsBefore === null) return;
    if (!this.#closed[group] || group >= this.#groupsBefore)
      throw new PatternError('cannot refer to group defined in the same lookbehind subpattern');
  }

  #repeat(before: PatternTree[], min: number, max: number): null {
    if (min >= MAX_REPEAT || (max >= MAX_REPEAT && max !== Number.POSITIVE_INFINITY))
      throw new PatternError('the repetition number is too large');
    if (max < min) throw new PatternError('min repeat greater than max repeat');
    const part = before.pop();
    if (!part || part.kind === 'at') throw new PatternError('nothing to repeat');
    if (part.kind === 'repeat') throw new PatternError('multiple repeat');
    const mode = this.#text.skip('?') ? 'lazy' : this.#text.skip('+') ? 'possessive' : 'greedy';
    before.push({ kind: 'repeat', min, max, mode, part });
    return null;
  }

  #capture(nesting: number, name: string | null): PatternTree {
    const group = this.#closed.push(null) - 1;
    if (name !== null) {
      if (this.#names.has(name)) throw new PatternError('redefinition of group name');
      this.#names.set(name, group);
    }
    const part = this.#enclosed(nesting);
    this.#closed[group] = widthOf(part);
    return { kind: 'group', group, part };
  }

  /** Reads up to the closing parenthesis. */
  #enclosed(nesting: number): PatternTree {
    const tree = this.#branches(nesting + 1);
    if (!this.#text.skip(')')) throw new PatternError('missing ), unterminated subpattern');
    return tree;
  }

  /** What follows `(?`. */
  #extension(nesting: number, isStart: boolean): PatternTree | null {
    const character = this.#text.take();
    switch (character) {
      case 'P':
        if (this.#text.skip('<')) return this.#capture(nesting, this.#text.takeName('>'));
        if (this.#text.skip('=')) return this.#reference(this.#groupNamed(this.#text.takeName(')')));
        throw new PatternError('unknown extension');
      case ':':
        return { kind: 'group', group: null, part: this.#enclosed(nesting) };
      case '>':
        return { kind: 'atomic', part: this.#enclosed(nesting) };
      case '#':
        this.#text.takeUntil(')');
        return null;
      case '=':
      case '!':
        return { kind: 'look', isBehind: false, isNegated: character === '!', part: this.#enclosed(nesting) };
      case '<':
        return this.#lookBehind(nesting);
      case '(':
        return this.#condition(nesting);
      default:
        if (character in FLAGS || character === '-') return this.#flagged(character, nesting, isStart);
        throw new PatternError('unknown extension');
    }
  }

  #lookBehind(nesting: number): PatternTree {
    const sign = this.#text.take();
    if (sign !== '=' && sign !== '!') throw new PatternError('unknown extension');
    const outer = this.#groupsBefore;
    this.#groupsBefore ??= this.#closed.length;
    const part = this.#enclosed(nesting);
    this.#groupsBefore = outer;
    const [min, max] = widthOf(part);
    if (min !== max) throw new PatternError('look-behind requires fixed-width pattern');
    return { kind: 'look', isBehind: true, isNegated: sign === '!', part };
  }

  #condition(nesting: number): PatternTree {
    const name = this.#text.takeUntil(')');
    const group = /^\d+$/.test(name) ? Number(name) : this.#groupNamed(name);
    if (group === 0) throw new PatternError('bad group number');
    this.#checkLookBehind(group);
    this.#lastCondition = Math.max(this.#lastCondition, group);
    this.#refersBack = true;
    const yes = this.#sequence(nesting + 1, false);
    const no: PatternTree = this.#text.skip('|') ? this.#sequence(nesting + 1, false) : { kind: 'sequence', parts: [] };
    if (!this.#text.skip(')')) throw new PatternError('missing ), unterminated subpattern');
    return { kind: 'condition', group, yes, no };
  }

  #groupNamed(name: string): number {
    const group = this.#names.get(name);
    if (group === undefined) throw new PatternError('unknown group name');
    return group;
  }

  /** `(?i)` at the start of the pattern, or `(?i-s:...)`. */
  #flagged(first: string, nesting: number, isStart: boolean): PatternTree | null {
    const { added, removed, isGlobal } = this.#text.takeFlags(first);
    if (added.i) this.#ignoresCase = true;
    if (isGlobal) {
      if (!isStart) throw new PatternError('global flags not at the start of the expression');
      this.#flags = { ...this.#flags, ...added };
      return null;
    }
    const outer = this.#flags;
    this.#flags = { ...outer, ...added, ...removed };
    const part = this.#enclosed(nesting);
    this.#flags = outer;
    return { kind: 'group', group: null, part };
  }
}
