import { once } from 'node:events';

/** The answer of a process made by `fork`, which then ends. Rejects if the process ends without an answer. */
export async function answerOf(child) {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${child.spawnargs.at(-2)} ended with ${code}`);
  });
  ended.catch(() => {});
  const [answer] = await Promise.race([once(child, 'message'), ended]);
  child.disconnect();
  return answer;
}
