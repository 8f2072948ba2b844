/**
 * Returns a function that resolves in a turn of the event loop of its own: of all callers, one continues in each turn. A
 * client can send many requests at once, in a batch, pipelined or over a socket, and Node.js would answer all of them
 * before it reads what others sent. Heavy ones wait for their turn, so others wait for one of them at most.
 */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    return last;
  };
}
