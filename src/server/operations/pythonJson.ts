/**
 * Reads what Python's `json.dumps` writes: JSON, and the bare words NaN, Infinity and -Infinity for the numbers that JSON
 * does not have. They become null, as in JavaScript's own `JSON.stringify`.
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Only then, because looking through a batch of logs costs more than parsing it.
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(withoutOddNumbers(text));
  }
}

/** Strings are stepped over: a log line may well speak of NaN. */
function withoutOddNumbers(text: string): string {
  const parts: string[] = [];
  const found = /"|-?(?:NaN|Infinity)/g;
  let copied = 0;
  for (let match = found.exec(text); match; match = found.exec(text)) {
    if (match[0] === '"') {
      found.lastIndex = endOfString(text, match.index);
      continue;
    }
    parts.push(text.slice(copied, match.index), 'null');
    copied = found.lastIndex;
  }
  return parts.join('') + text.slice(copied);
}

/** The place behind the quote that ends the string. A quote behind an odd number of backslashes is part of it. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}
