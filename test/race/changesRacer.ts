import { type Client, createClient } from 'graphql-ws';
import { DroppedSocket } from './racer.ts';

interface Change {
  kind: 'ENTERED' | 'UPDATED' | 'LEFT';
  flowRunId: string;
  flowRun: { name: string; version: number } | null;
}

interface Changes {
  cursor: string;
  isSnapshot: boolean;
  changes: Change[];
  counts: { count: number }[];
}

export interface ListKeeper {
  filter: object;
  /** The name and version of each run by id. */
  runs: Map<string, string>;
  /** The number of runs that the server reports. */
  total: number;
  /** Errors that the server sent. */
  errors: string[];
  stop(): Promise<void>;
}

const QUERY = `subscription ($filter: FlowRunFilter, $after: String) {
  event: flowRunChanges(filter: $filter, after: $after, first: 200) {
    cursor isSnapshot changes { kind flowRunId flowRun { name version } } counts { count }
  }
}`;

/**
 * Keeps a list of the matching runs, as a front end does: follows on random servers, disconnects after a random number of
 * events, and resumes on another server after the last event.
 */
export function keepList(urls: readonly string[], filter: object): ListKeeper {
  const keeper: ListKeeper = { filter, runs: new Map(), total: 0, errors: [], stop };
  let after: string | null = null;
  let stopped = false;
  let client: Client | null = null;

  function apply({ cursor, isSnapshot, changes, counts }: Changes): void {
    if (isSnapshot) keeper.runs.clear();
    for (const { flowRunId, flowRun } of changes) {
      if (flowRun) keeper.runs.set(flowRunId, `${flowRun.name} ${flowRun.version}`);
      else keeper.runs.delete(flowRunId);
    }
    keeper.total = counts.reduce((sum, { count }) => sum + count, 0);
    after = cursor;
  }

  const connection = () =>
    new Promise<void>((resolve) => {
      const url = urls[Math.floor(Math.random() * urls.length)] ?? '';
      let left = 1 + Math.floor(Math.random() * 30);
      client = createClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: DroppedSocket,
        retryAttempts: 0,
      });
      client.subscribe<{ event: Changes }>(
        { query: QUERY, variables: { filter, after } },
        {
          next({ data, errors }) {
            if (errors) keeper.errors.push(JSON.stringify(errors));
            if (!data || left <= 0) return;
            left -= 1;
            apply(data.event);
            // The server continues to send until it notices. These events are ignored.
            if (left === 0) client?.terminate();
          },
          error(error) {
            if (Array.isArray(error)) keeper.errors.push(JSON.stringify(error));
            resolve();
          },
          complete: resolve,
        },
      );
    });

  const keeping = (async () => {
    while (!stopped) await connection();
  })();

  async function stop(): Promise<void> {
    stopped = true;
    client?.terminate();
    await keeping;
  }

  return keeper;
}
