/**
 * Waits until a number has stayed the same during many turns, and returns it. It proves that something does not happen: a
 * turn uses the same connection or event loop, so what is still to come would come meanwhile.
 */
export async function settled(number: () => number, turn: () => Promise<unknown>, turns = 100): Promise<number> {
  let last = number();
  for (let same = 0; same < turns; same += 1) {
    await turn();
    if (number() !== last) same = 0;
    last = number();
  }
  return last;
}
