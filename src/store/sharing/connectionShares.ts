/** How many connections there are of each kind. */
export interface ConnectionShares {
  /** For what the requests of users read. */
  reads: number;
  /** For writes, background loops and streams. */
  work: number;
  /** For API keys and readiness. */
  keys: number;
}

const LEAST_READS = 3;

/**
 * Divides a number of connections. With three for reads, each tenant has one that a slow read of its own does not keep,
 * and one remains for other tenants. So the shares have five connections in total, even if `total` is less.
 */
export function connectionShares(total: number): ConnectionShares {
  const keys = 1;
  const reads = Math.max(LEAST_READS, Math.floor((total - keys) / 2));
  return { reads, work: Math.max(1, total - keys - reads), keys };
}
