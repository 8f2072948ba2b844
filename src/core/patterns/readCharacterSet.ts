import { type Accepts, characterClass, codePointOf, ignoringCase } from './characterClasses.ts';
import type { Flags, PatternText } from './patternText.ts';
import { PatternError } from './patternTree.ts';
import { readEscape } from './readEscape.ts';

/** A code point, or the letter of a class: `d`, `S` and so on. */
type Member = number | string;

/** Reads a set of characters, after its opening bracket. */
export function readCharacterSet(text: PatternText, { i: ignoresCase, a: isAscii }: Flags): Accepts {
  const isNegated = text.skip('^');
  const ranges: [number, number][] = [];
  const letters = new Set<string>();
  for (let isFirst = true; isFirst || !text.isNext(']'); isFirst = false) {
    const low = readMember(text);
    const isRange = text.skip('-');
    if (isRange && !text.isNext(']')) ranges.push(range(low, readMember(text)));
    else {
      if (typeof low === 'number') ranges.push([low, low]);
      else letters.add(low);
      if (isRange) ranges.push([HYPHEN, HYPHEN]);
    }
  }
  text.take();
  const classes = [...letters].map((letter) => characterClass(letter, isAscii)).filter((one) => one !== null);
  const inRanges = withinRanges(ranges);
  const member: Accepts = (codePoint) => inRanges(codePoint) || classes.some((one) => one(codePoint));
  const accepts = ignoresCase ? ignoringCase(member, isAscii) : member;
  return isNegated ? (codePoint) => !accepts(codePoint) : accepts;
}

const HYPHEN = 45;

function range(low: Member, high: Member): [number, number] {
  if (typeof low === 'number' && typeof high === 'number' && low <= high) return [low, high];
  throw new PatternError('bad character range');
}

function readMember(text: PatternText): Member {
  const character = text.take();
  if (character !== '\\') return codePointOf(character);
  return characterClass(text.next, true) ? text.take() : readEscape(text);
}

/** A set can have very many members, so it is searched by halves. */
function withinRanges(ranges: [number, number][]): Accepts {
  const merged: [number, number][] = [];
  for (const [low, high] of ranges.sort(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return (codePoint) => {
    let from = 0;
    let to = merged.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const [low, high] = merged[middle] as [number, number]; // between `from` and `to`
      if (codePoint < low) to = middle;
      else if (codePoint > high) from = middle + 1;
      else return true;
    }
    return false;
  };
}
