import { parsePattern } from '../patterns/parsePattern.ts';
import { STEPS_PER_CHARACTER } from '../patterns/patternProgram.ts';
import { COMBINING_KEYWORDS } from './combiningKeywords.ts';
import { MEMBER_KEYWORDS } from './memberKeywords.ts';
import type { Keyword } from './schemaValidation.ts';
import { shownInPython } from './shownInPython.ts';
import { UNEVALUATED_KEYWORDS } from './unevaluatedKeywords.ts';
import { VALUE_KEYWORDS } from './valueKeywords.ts';

/** The keywords of a user's schema. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map(
  [VALUE_KEYWORDS, MEMBER_KEYWORDS, COMBINING_KEYWORDS, UNEVALUATED_KEYWORDS].flatMap(Object.entries<Keyword>),
);

/** The only format that Prefect checks, and only in schemas. */
const format: Keyword = (validation, argument, check) => {
  const { value } = check;
  if (argument !== 'regex' || typeof value !== 'string') return;
  validation.steps.spend(STEPS_PER_CHARACTER * value.length);
  if (!isPattern(value)) validation.report(check, 'format', () => `${shownInPython(value)} is not a 'regex'`);
};

function isPattern(text: string): boolean {
  try {
    parsePattern(text);
    return true;
  } catch {
    return false;
  }
}

/** The keywords of the schema of schemas. */
export const META_KEYWORDS: ReadonlyMap<string, Keyword> = new Map([...KEYWORDS, ['format', format]]);
