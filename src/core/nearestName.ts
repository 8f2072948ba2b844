/** The known name that takes the fewest changed letters, or null where even that is far off. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const nearest = known
    .map((candidate) => ({ candidate, changes: changesBetween(name, candidate) }))
    .sort((one, other) => one.changes - other.changes)[0];
  return nearest && nearest.changes <= name.length / 2 ? nearest.candidate : null;
}

/** Levenshtein's distance, one row of his table at a time. */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
