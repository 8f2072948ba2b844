/** Estimates the size of a value as JSON, in bytes. Accurate enough to limit queues and batches. */
export function roughSize(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 2;
  for (const [key, member] of Object.entries(value))
    size += roughSize(member) + (Array.isArray(value) ? 1 : key.length);
  return size;
}
