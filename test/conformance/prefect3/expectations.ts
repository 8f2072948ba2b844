import { isDeepStrictEqual } from 'node:util';
import { ApiError, type ErrorKind, REFUSED } from './api.ts';
import type { Verdict } from './values.ts';

/** Ends a case whose further steps make no sense. The failure is already recorded. */
export class Stop extends Error {}

export interface ExpectedVerdict {
  status?: string;
  type?: string | null;
  name?: string;
  message?: string;
  /** Seconds, with a tolerance. */
  delay?: number;
  written?: boolean;
  /** The wording may differ between servers: a difference is a warning. */
  reason?: string | RegExp;
}

const MAX_SHOWN = 300;
const show = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
};
const milliseconds = (time: number | string | null | undefined): number =>
  typeof time === 'number' ? time : Date.parse(time ?? '');

/** The checks of a case. A failed check is recorded and the case continues, so that one run reports all differences. */
export class Expectations {
  checks = 0;
  readonly failures: string[] = [];
  readonly warnings: string[] = [];

  private check(holds: boolean, label: string, expected: unknown, got: unknown): void {
    this.checks++;
    if (!holds) this.failures.push(`${label}: expected ${show(expected)}, got ${show(got)}`);
  }

  equal(got: unknown, expected: unknown, label = 'value'): void {
    this.check(isDeepStrictEqual(got, expected), label, expected, got);
  }

  holds(condition: unknown, label: string, got: unknown = condition): void {
    this.check(Boolean(condition), label, true, got);
  }

  near(got: unknown, expected: number, tolerance: number, label: string): void {
    const isNear = typeof got === 'number' && Math.abs(got - expected) <= tolerance;
    this.check(isNear, label, `${expected} ± ${tolerance}`, got);
  }

  sameTime(
    got: string | null | undefined,
    expected: number | string | null | undefined,
    label: string,
    toleranceMs = 0,
  ): void {
    this.check(Math.abs(milliseconds(got) - milliseconds(expected)) <= toleranceMs, label, expected, got);
  }

  sameSet(got: string[], expected: string[], label: string): void {
    this.equal([...got].sort(), [...expected].sort(), label);
  }

  verdict(got: Verdict | undefined, expected: ExpectedVerdict, label = 'verdict'): void {
    const { status, type, name, message, delay, written, reason } = expected;
    const differs = {
      status: status !== undefined && got?.status !== status,
      type: type !== undefined && (got?.state?.type ?? null) !== type,
      name: name !== undefined && got?.state?.name !== name,
      message: message !== undefined && got?.state?.message !== message,
      delay: delay !== undefined && !(Math.abs((got?.delaySeconds ?? Number.NaN) - delay) <= 20),
      written: written !== undefined && got?.written !== written,
      'missing reason': got?.status !== 'ACCEPT' && !got?.reason,
    };
    const what = Object.entries(differs).flatMap(([field, isDifferent]) => (isDifferent ? [field] : []));
    this.check(what.length === 0, `${label} (${what.join(', ')})`, expected, got);
    const saysIt =
      reason instanceof RegExp ? reason.test(got?.reason ?? '') : reason === undefined || got?.reason === reason;
    if (!saysIt) this.warnings.push(`${label}: reason ${show(String(reason))} is here ${show(got?.reason)}`);
  }
  accepted = (got: Verdict, expected: ExpectedVerdict = {}, label?: string) =>
    this.verdict(got, { status: 'ACCEPT', ...expected }, label);
  rejected = (got: Verdict, expected: ExpectedVerdict = {}, label?: string) =>
    this.verdict(got, { status: 'REJECT', ...expected }, label);
  aborted = (got: Verdict, expected: ExpectedVerdict = {}, label?: string) =>
    this.verdict(got, { status: 'ABORT', ...expected }, label);
  waits = (got: Verdict, expected: ExpectedVerdict = {}, label?: string) =>
    this.verdict(got, { status: 'WAIT', ...expected }, label);

  /** Expects that the call is rejected in one of these ways. A different text is a warning. */
  async refuses(
    kinds: ErrorKind | readonly ErrorKind[] | 'refused',
    call: () => Promise<unknown>,
    label = 'refusal',
    text?: RegExp,
  ): Promise<void> {
    const wanted = kinds === 'refused' ? REFUSED : [kinds].flat();
    try {
      const answer = await call();
      this.check(false, label, wanted, { answered: answer });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.check(wanted.includes(error.kind), label, wanted, error.message);
      if (text && !text.test(error.text)) this.warnings.push(`${label}: text ${text} is here ${show(error.text)}`);
    }
  }

  /** Reads until the value satisfies the condition and returns it. Ends the case after the deadline. */
  async until<Value>(
    read: () => Value | Promise<Value>,
    isSo: (value: Value) => boolean,
    { seconds = 120, label }: { seconds?: number; label: string },
  ): Promise<Value> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const value = await read();
      if (isSo(value)) return value;
      if (Date.now() > deadline) {
        this.check(false, `${label}: not within ${seconds} s`, true, value);
        throw new Stop();
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
