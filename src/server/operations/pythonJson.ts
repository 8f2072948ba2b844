/**
 * Parses the output of Python's `json.dumps`, which is JSON with the additional numbers NaN, Infinity and -Infinity.
 * They become null, as in JavaScript's `JSON.stringify`.
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Only after a failure, because searching a batch of logs takes longer than parsing it.
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(withoutOddNumbers(text));
  }
}

/** Skips strings, because a log line may contain NaN. */
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

/** Returns the position after the closing quote. A quote after an odd number of backslashes is part of the string. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}
