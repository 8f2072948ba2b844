import { Problem, type ProblemCode } from '../../core/values/problem.ts';

/**
 * Waits for all promises, then throws the first failure, so that no write is in progress when the caller answers. A
 * failure with `code` gets the message that Prefect 1 clients expect.
 */
export async function settleAll(
  pending: readonly Promise<unknown>[],
  code: ProblemCode,
  wordsOf: (index: number) => string,
): Promise<void> {
  const settled = await Promise.allSettled(pending);
  for (const [index, outcome] of settled.entries()) {
    if (outcome.status === 'fulfilled') continue;
    const { reason } = outcome;
    throw reason instanceof Problem && reason.code === code ? new Problem(code, wordsOf(index)) : reason;
  }
}
