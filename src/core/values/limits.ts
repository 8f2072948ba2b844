/** The limits of input values. Characters are Unicode code points, bytes are UTF-8, and JSON is compact. */
export const LIMITS = {
  /** Names and every other short string: dynamic keys, versions, senders. */
  nameCharacters: 255,
  idempotencyKeyCharacters: 255,
  /** The message of a state or of a log line. */
  messageCharacters: 1_000_000,
  tags: 500,
  tagCharacters: 255,
  labels: 500,
  labelKeyCharacters: 255,
  labelValueCharacters: 10_000,
  /** Prefect 3: PREFECT_SERVER_API_MAX_PARAMETER_SIZE. */
  parameterBytes: 524_288,
  jsonBytes: 1_000_000,
  /** Well below the depth at which PostgreSQL runs out of stack. */
  jsonDepth: 200,
  inputKeyCharacters: 255,
  inputValueBytes: 5_000_000,
  /** Prefect 3: PREFECT_SERVER_TASKS_MAX_CACHE_KEY_LENGTH. */
  cacheKeyCharacters: 2000,
  retries: 1_000_000,
  retryDelays: 50,
  /** A leap year. */
  retryDelaySeconds: 31_622_400,
  retryJitterFactor: 1000,
  /** PostgreSQL's smallint. */
  logLevel: 32_767,
} as const;

export const CACHE_KEY_TOO_LONG = `Cache key exceeded maximum allowed length of ${LIMITS.cacheKeyCharacters} characters.`;
