/** Returns the known name with the fewest changed letters, or null if more than half of the letters differ. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const nearest = known
    .map((candidate) => ({ candidate, changes: changesBetween(name, candidate) }))
    .sort((one, other) => one.changes - other.changes)[0];
  return nearest && nearest.changes <= name.length / 2 ? nearest.candidate : null;
}

/** Levenshtein distance, one row of the table at a time. */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  let changes = to.length;
  for (const [line, letter] of [...from].entries()) {
    let corner = line;
    changes = line + 1;
    const next = [changes];
    for (const [column, above] of row.slice(1).entries()) {
      const replaced = corner + (to[column] === letter ? 0 : 1);
      changes = Math.min(replaced, above + 1, changes + 1);
      next.push(changes);
      corner = above;
    }
    row = next;
  }
  return changes;
}
