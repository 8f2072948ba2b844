/** Whether a code point belongs to a class. */
export type Accepts = (codePoint: number) => boolean;

const test = (expression: RegExp): Accepts => {
  const ascii = Array.from({ length: 128 }, (_, code) => expression.test(String.fromCharCode(code)));
  return (codePoint) => ascii[codePoint] ?? expression.test(String.fromCodePoint(codePoint));
};

/** The code point of a single character. */
export const codePointOf = (character: string): number => Number(character.codePointAt(0));

const blank = test(/(?!\ufeff)\s/u);
// Python's classes of a text pattern. JavaScript's \d and \w know ASCII only, and its \s differs by a few characters.
const CLASSES = {
  d: test(/\p{Nd}/u),
  s: (codePoint: number) => blank(codePoint) || (codePoint >= 0x1c && codePoint <= 0x1f) || codePoint === 0x85,
  w: test(/[\p{L}\p{N}_]/u),
};
const ASCII_CLASSES = { d: test(/[0-9]/), s: test(/[ \t\n\r\f\v]/), w: test(/[a-zA-Z0-9_]/) };

/** Returns the class of `\d`, `\S` and so on; null for another letter. */
export function characterClass(letter: string, isAscii: boolean): Accepts | null {
  const name = letter.toLowerCase();
  if (name !== 'd' && name !== 's' && name !== 'w') return null;
  const accepts = (isAscii ? ASCII_CLASSES : CLASSES)[name];
  return name === letter ? accepts : (codePoint) => !accepts(codePoint);
}

export const WORD = CLASSES.w;
export const ASCII_WORD = ASCII_CLASSES.w;

/** The same class for a pattern that ignores case. */
export const ignoringCase =
  (accepts: Accepts, isAscii: boolean): Accepts =>
  (codePoint) =>
    accepts(codePoint) || otherCases(codePoint, isAscii).some(accepts);

const LOWER_A = 97;
const LOWER_Z = 122;

/** Returns the upper or lower case of a letter. */
export function otherCases(codePoint: number, isAscii: boolean): number[] {
  if (codePoint < 128) {
    const lower = codePoint | 32;
    return lower >= LOWER_A && lower <= LOWER_Z ? [codePoint ^ 32] : [];
  }
  if (isAscii) return [];
  const text = String.fromCodePoint(codePoint);
  return [text.toLowerCase(), text.toUpperCase()]
    .filter((other) => other !== text && [...other].length === 1)
    .map(codePointOf);
}
