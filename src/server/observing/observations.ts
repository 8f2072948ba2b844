import type { ExecutionResult, OperationDefinitionNode } from 'graphql';
import type { Logger } from 'pino';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ClientError } from './clientError.ts';

/** Metrics for `/metrics` and, at level debug, a log line per operation. */
export interface Observations {
  /** Call when a query or mutation starts. Call the returned function with its result. */
  started(definition: OperationDefinitionNode): (result: ExecutionResult) => void;
  /** Call for an operation that was rejected before execution. */
  refused(errors: readonly ClientError[]): void;
  subscribed(): void;
  unsubscribed(): void;
  metrics(): Promise<{ contentType: string; text: string }>;
}

/** A gauge whose value is read on each request to `/metrics`. */
export interface Gauged {
  name: string;
  help: string;
  read: () => number;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export function createObservations(log: Logger, gauges: Gauged[]): Observations {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const operations = new Counter({
    name: 'flowql_operations_total',
    help: 'Operations by type and outcome. The outcome is ok or the code of the first error.',
    labelNames: ['type', 'outcome'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'flowql_operation_duration_seconds',
    help: 'Duration of queries and mutations in seconds, from the validated document to the complete result.',
    labelNames: ['type'] as const,
    buckets: SECONDS,
    registers,
  });
  const subscriptions = new Gauge({ name: 'flowql_subscriptions', help: 'Number of open subscriptions.', registers });
  for (const { name, help, read } of gauges)
    new Gauge({
      name,
      help,
      registers,
      collect: function collect() {
        this.set(read());
      },
    });

  return {
    started(definition) {
      const type = definition.operation;
      const start = performance.now();
      return (result) => {
        const outcome = outcomeOf(result.errors);
        const milliseconds = performance.now() - start;
        // After the response is sent.
        setImmediate(() => {
          operations.inc({ type, outcome });
          durations.observe({ type }, milliseconds / 1000);
          log.debug({ type, name: definition.name?.value, outcome, milliseconds }, 'operation');
        });
      };
    },
    refused(errors) {
      const outcome = outcomeOf(errors);
      operations.inc({ type: 'none', outcome });
      log.debug({ outcome }, 'operation rejected');
    },
    subscribed() {
      operations.inc({ type: 'subscription', outcome: 'ok' });
      subscriptions.inc();
    },
    unsubscribed: () => subscriptions.dec(),
    metrics: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

const outcomeOf = (errors: ExecutionResult['errors']): string => {
  const [first] = errors ?? [];
  if (!first) return 'ok';
  return first instanceof ClientError ? first.code : 'INTERNAL_SERVER_ERROR';
};
