import { ExactNumber } from '../../core/values/exactNumber.ts';
import { Problem } from '../../core/values/problem.ts';

type Step = string | number;

// `$`, then `.key`, `[0]`, `["key"]` or `['key']`. The first key may omit its dot.
const STEP = /\.?([^.[\]"']+)|\[(-?\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]/y;

/** Parses a JSON path in Hasura's syntax: `$.a.b[0]`, `a.b`. Throws a Problem if the path is invalid. */
export function readJsonPath(path: string): Step[] {
  const text = path.replace(/^\$/, '');
  const steps: Step[] = [];
  let at = 0;
  while (at < text.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (!match) throw new Problem('parse-failed', `parse json path error: unexpected character at ${at} of "${text}"`);
    const [step, key, index, quoted, single] = match;
    steps.push(index === undefined ? (key ?? quoted ?? single ?? '') : Number(index));
    at += step.length;
  }
  return steps;
}

/** Returns the value at the path; null if there is none. */
export const atJsonPath = (value: unknown, steps: readonly Step[]): unknown =>
  steps.reduce<unknown>((here, step) => {
    if (Array.isArray(here)) return /^-?\d+$/.test(String(step)) ? (here.at(Number(step)) ?? null) : null;
    if (typeof here !== 'object' || here === null || here instanceof ExactNumber) return null;
    return Object.hasOwn(here, step) ? (here as Record<Step, unknown>)[step] : null; // an object, not a list
  }, value);
