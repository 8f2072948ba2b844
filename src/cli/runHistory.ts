import { fromPrefect1 } from '../core/prefect1/prefect1States.ts';
import { formatInstant, type Instant, parseInstant } from '../core/values/instant.ts';
import { dynamicKeyOf, initialState, taskRunKey } from './recordedRuns.ts';
import type { RecordedEvent } from './recording.ts';
import type { ResendingClient } from './resendingClient.ts';

/** The states and logs of a flow run and its task runs, in order, each as one line of text for comparison. */
export interface RunHistory {
  /** Without times, because the server sets the times of flow run states. */
  flowRunStates: string[];
  /** Keyed by `taskRunKey`. */
  taskRunStates: Map<string, string[]>;
  logs: string[];
}

/** Returns the history in a recording. */
export function historyOfRecording(events: RecordedEvent[]): RunHistory {
  const history: RunHistory = { flowRunStates: [stateLine(initialState(events))], taskRunStates: new Map(), logs: [] };
  for (const event of events) {
    if (event.kind === 'log') {
      history.logs.push(logLine(event.at, event));
      continue;
    }
    const state = { ...fromPrefect1(event.state.type), message: event.state.message ?? null };
    if (event.kind === 'flow_state') history.flowRunStates.push(stateLine(state));
    else statesOf(history, taskRunKey(event.task_slug, dynamicKeyOf(event))).push(timedStateLine(event.at, state));
  }
  return history;
}

/** Reads the history of a flow run from a server, page by page. */
export async function historyOnServer(client: ResendingClient, flowRunId: string): Promise<RunHistory> {
  const history: RunHistory = { flowRunStates: [], taskRunStates: new Map(), logs: [] };
  for await (const state of everyNode<StateNode>(client, PAGES.flowRunStates, flowRunId))
    history.flowRunStates.push(stateLine(state));
  for await (const log of everyNode<LogNode>(client, PAGES.logs, flowRunId))
    history.logs.push(logLine(parseInstant(log.timestamp), log));
  for await (const taskRun of everyNode<TaskRunNode>(client, PAGES.taskRuns, flowRunId)) {
    const { taskKey, dynamicKey, states } = taskRun;
    const list = statesOf(history, taskRunKey(taskKey, dynamicKey));
    for await (const state of everyNode<StateNode>(client, PAGES.taskRunStates, taskRun.id, states))
      list.push(timedStateLine(parseInstant(state.timestamp), state));
  }
  return history;
}

/** Returns a sentence for each difference, list by list; an empty list if the histories are equal. */
export function historyDifferences(file: RunHistory, server: RunHistory): string[] {
  const taskRuns = new Set([...file.taskRunStates.keys(), ...server.taskRunStates.keys()]);
  return [
    ...listDifferences('flow run, state', file.flowRunStates, server.flowRunStates),
    ...[...taskRuns].flatMap((key) =>
      listDifferences(`task run ${key}, state`, file.taskRunStates.get(key) ?? [], server.taskRunStates.get(key) ?? []),
    ),
    ...listDifferences('log line', file.logs, server.logs),
  ];
}

function listDifferences(what: string, file: string[], server: string[]): string[] {
  const differences: string[] = [];
  for (let index = 0; index < Math.max(file.length, server.length); index++) {
    if (file[index] !== server[index])
      differences.push(
        `${what} ${index + 1}: the file has ${file[index] ?? 'none'}, the server has ${server[index] ?? 'none'}`,
      );
  }
  return differences;
}

function statesOf({ taskRunStates }: RunHistory, key: string): string[] {
  const list = taskRunStates.get(key) ?? [];
  taskRunStates.set(key, list);
  return list;
}

const timeText = (at: Instant | null): string => (at === null ? 'no time' : formatInstant(at));
const stateLine = ({ type, name, message }: { type: string; name: string; message?: string | null }): string =>
  `${type} "${name}" ${JSON.stringify(message ?? null)}`;
const timedStateLine = (at: Instant | null, state: Parameters<typeof stateLine>[0]): string =>
  `${timeText(at)} ${stateLine(state)}`;
const logLine = (at: Instant | null, log: { level: number; name: string; message: string }): string =>
  `${timeText(at)} level ${log.level} ${log.name}: ${JSON.stringify(log.message)}`;

interface StateNode {
  type: string;
  name: string;
  message: string | null;
  timestamp: string;
}
interface LogNode {
  timestamp: string;
  level: number;
  name: string;
  message: string;
}
interface TaskRunNode {
  id: string;
  taskKey: string;
  dynamicKey: string;
  /** The first page; few task runs have more. */
  states: Connection<StateNode>;
}
interface Connection<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';
const STATES = `nodes { type name message timestamp } ${PAGE_INFO}`;
const page = (root: string, field: string, first: number, selection: string) =>
  `query ($id: ID!, $after: String) { run: ${root}(id: $id) { page: ${field}(first: ${first}, after: $after) { ${selection} } } }`;
const PAGES = {
  flowRunStates: page('flowRun', 'states', 200, STATES),
  logs: page('flowRun', 'logs', 200, `nodes { timestamp level name message } ${PAGE_INFO}`),
  taskRuns: page(
    'flowRun',
    'taskRuns',
    20,
    `nodes { id taskKey dynamicKey states(first: 20) { ${STATES} } } ${PAGE_INFO}`,
  ),
  taskRunStates: page('taskRun', 'states', 200, STATES),
};

/** Yields every node of a run's connection. @param page the first page, if it is already known */
async function* everyNode<Node>(
  client: ResendingClient,
  document: string,
  id: string,
  page?: Connection<Node>,
): AsyncGenerator<Node> {
  let current = page ?? (await readPage<Node>(client, document, id, null));
  for (;;) {
    yield* current.nodes;
    if (!current.pageInfo.hasNextPage) return;
    current = await readPage<Node>(client, document, id, current.pageInfo.endCursor);
  }
}

async function readPage<Node>(client: ResendingClient, document: string, id: string, after: string | null) {
  const { run } = await client.send<{ run: { page: Connection<Node> } | null }>(document, { id, after });
  return run?.page ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
}
