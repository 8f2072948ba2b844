import { type Logger, pino } from 'pino';

/**
 * Logs JSON lines to standard output. Omits error properties that are not in SHOWN, because they may contain row
 * values.
 */
export const createLogger = (level: string): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: describeError } });

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const facts = Object.entries(error).filter(([key]) => SHOWN.has(key));
  return {
    type: name,
    message,
    stack,
    ...Object.fromEntries(facts),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}
const SHOWN = new Set([
  'code',
  'severity',
  'constraint',
  'schema',
  'table',
  'column',
  'routine',
  'syscall',
  'address',
  'port',
]);
