/** A parsed regular expression. */
export type PatternTree =
  | { kind: 'sequence'; parts: PatternTree[] }
  | { kind: 'branch'; branches: PatternTree[] }
  | { kind: 'characters'; accepts: (codePoint: number) => boolean }
  | { kind: 'at'; place: Place; isMultiline: boolean; isAscii: boolean }
  | { kind: 'repeat'; min: number; max: number; mode: 'greedy' | 'lazy' | 'possessive'; part: PatternTree }
  /** A group with a number is captured. */
  | { kind: 'group'; group: number | null; part: PatternTree }
  | { kind: 'atomic'; part: PatternTree }
  | { kind: 'look'; isBehind: boolean; isNegated: boolean; part: PatternTree }
  | { kind: 'reference'; group: number; ignoresCase: boolean; width: [number, number] }
  | { kind: 'condition'; group: number; yes: PatternTree; no: PatternTree };

export type Place = 'start' | 'end' | 'stringStart' | 'stringEnd' | 'boundary' | 'noBoundary';

/** The regular expression is not valid in Python. */
export class PatternError extends Error {}

/** Returns the smallest and the largest number of characters that the tree matches. */
export function widthOf(tree: PatternTree): [number, number] {
  switch (tree.kind) {
    case 'sequence':
      return tree.parts.map(widthOf).reduce(([min, max], [low, high]) => [min + low, max + high], [0, 0]);
    case 'branch':
      return widest(tree.branches.map(widthOf));
    case 'characters':
      return [1, 1];
    case 'repeat': {
      const [min, max] = widthOf(tree.part);
      return [min * tree.min, max === 0 ? 0 : max * tree.max];
    }
    case 'group':
    case 'atomic':
      return widthOf(tree.part);
    case 'reference':
      return tree.width;
    case 'condition':
      return widest([widthOf(tree.yes), widthOf(tree.no)]);
    case 'at':
    case 'look':
      return [0, 0];
  }
}

const widest = (widths: readonly [number, number][]): [number, number] =>
  widths.reduce(([min, max], [low, high]) => [Math.min(min, low), Math.max(max, high)]);
