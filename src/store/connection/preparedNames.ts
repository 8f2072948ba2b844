/**
 * Gives each SQL text the name it is prepared under. A connection keeps what it has prepared for as long as it lives, and
 * filters make ever new texts, so only the first `limit` texts get a name; later ones get '', which prepares nothing.
 */
export function preparedNames(limit: number): (name: string, text: string) => string {
  const names = new Map<string, string>();
  return (name, text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= limit) return known ?? '';
    const fresh = `${name}/${names.size}`;
    names.set(text, fresh);
    return fresh;
  };
}
