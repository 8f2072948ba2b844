import type { Filter, LogFilter } from './filters.ts';
import type {
  FlowRun,
  FlowRunInput,
  FlowRunPatch,
  Log,
  LogInput,
  ReportedState,
  State,
  StateInput,
  TaskRun,
  TaskRunInput,
  Verdict,
} from './values.ts';

export interface Listing {
  filter?: Filter;
  sort?: string;
  limit?: number;
}
export interface Paging {
  filter?: Filter;
  sort?: string;
  page?: number;
  limit?: number;
}
export interface NumberedPage<Row> {
  items: Row[];
  count: number;
  pages: number;
  page: number;
}
export interface SetStateOptions {
  force?: boolean;
}
interface Named {
  id: string;
  name: string;
}
export interface GraphNode {
  id: string;
  kind: string;
  label: string;
  stateType: string;
  startTime: string | null;
  parents: string[];
  children: string[];
  encapsulating: string[];
  artifacts: unknown[];
}
export interface HistoryBucket {
  start: string;
  end: string;
  states: { type: string; name: string; count: number; sumRunTime: number; sumLateness: number }[];
}

/** Selects an expectation if Prefect 3 has a defect that FlowQL repairs. */
export type Flavour = 'prefect3' | 'flowql';

/**
 * The abstract API of the cases, with Prefect 3's meaning. Only the adapters know a server's names for it.
 * A rejected call throws `ApiError`; a call that an adapter does not support throws `Skip`.
 */
export interface Api {
  flavour: Flavour;
  /** Features that only one of the servers has; a case requires them by `lab.needs`. */
  features: ReadonlySet<string>;
  /** The interval of the server's loops in seconds, and its limits. */
  settings: { loopSeconds: number; graphNodeLimit?: number };
  /** Rejects if the server does not answer. */
  ready(): Promise<void>;
  close(): Promise<void>;

  /** Gets the flow of that name, or creates it. */
  createFlow(flow: { name: string; tags?: string[]; labels?: object }): Promise<Named>;
  createDeployment(deployment: DeploymentInput): Promise<Named>;
  deploymentActiveSlots(deploymentId: string): Promise<number>;
  setTagLimit(tag: string, limit: number): Promise<void>;
  tagActiveSlots(tag: string): Promise<number>;
  createWorkPool(pool: { name: string }): Promise<Named & { defaultQueueId: string; defaultQueueName: string }>;

  createFlowRun(run: FlowRunInput): Promise<{ run: FlowRun; created: boolean }>;
  updateFlowRun(id: string, patch: FlowRunPatch): Promise<void>;
  readFlowRun(id: string): Promise<FlowRun>;
  /** Oldest first. */
  flowRunStates(id: string): Promise<State[]>;
  readFlowRunState(stateId: string): Promise<State>;
  setFlowRunState(id: string, state: StateInput, options?: SetStateOptions): Promise<Verdict>;
  resumeFlowRun(id: string, runInput?: object): Promise<Verdict>;
  deleteFlowRun(id: string): Promise<void>;
  patchLabels(id: string, labels: object): Promise<void>;
  filterFlowRuns(listing?: Listing): Promise<FlowRun[]>;
  countFlowRuns(of?: { filter?: Filter }): Promise<number>;
  pageFlowRuns(paging?: Paging): Promise<NumberedPage<FlowRun>>;
  flowRunHistory(of: {
    start: string;
    end: string;
    intervalSeconds: number;
    filter?: Filter;
  }): Promise<HistoryBucket[]>;
  flowRunDependencies(id: string): Promise<{ id: string; name: string; upstream: string[] }[]>;
  flowRunGraph(
    id: string,
    options?: { since?: string },
  ): Promise<{ rootIds: string[]; nodes: GraphNode[]; states: State[]; artifacts: unknown[] }>;
  flowRunArtifacts(id: string): Promise<unknown[]>;
  /** One event for each state, oldest first. */
  flowRunEvents(id: string): Promise<{ stateId: string; name: string; follows?: string | null }[]>;
  watchFlowRunStates(
    id: string,
    each: (state: State) => void,
  ): Promise<{ error: Error | null; close(): Promise<void> }>;
  bulkSetFlowRunState(of: {
    filter?: Filter;
    state?: StateInput;
    force?: boolean;
    limit?: number;
  }): Promise<(Pick<Verdict, 'status' | 'reason'> & { flowRunId: string })[]>;

  createTaskRun(run: TaskRunInput): Promise<{ run: TaskRun; created: boolean }>;
  readTaskRun(id: string): Promise<TaskRun>;
  taskRunStates(id: string): Promise<State[]>;
  setTaskRunState(id: string, state: StateInput, options?: SetStateOptions): Promise<Verdict>;
  deleteTaskRun(id: string): Promise<void>;
  filterTaskRuns(listing?: Listing): Promise<TaskRun[]>;
  countTaskRuns(of?: { filter?: Filter }): Promise<number>;
  pageTaskRuns(paging?: Paging): Promise<NumberedPage<TaskRun>>;
  /** As an engine that orchestrates its own task runs. */
  applyReport(taskRun: ReportedTaskRun, state: ReportedState): Promise<void>;

  createInput(flowRunId: string, input: { key: string; value: string; sender?: string }): Promise<void>;
  readInput(flowRunId: string, key: string): Promise<string>;
  filterInputs(
    flowRunId: string,
    of: { prefix: string; limit?: number; excludeKeys?: string[] },
  ): Promise<{ key: string; value: string }[]>;
  writeLogs(logs: LogInput[]): Promise<void>;
  filterLogs(of: { filter: LogFilter; sort?: string; limit?: number }): Promise<Log[]>;
  downloadLogs(flowRunId: string): Promise<{ contentType: string; disposition: string; text: string }>;

  /** Removes the states of runs in the database, which only Prefect 3 allows. */
  stripStates(kind: 'flow_run' | 'task_run', ids: string[]): Promise<void>;
}

export interface DeploymentInput {
  flowId: string;
  name: string;
  tags?: string[];
  concurrencyLimit?: number;
  collisionStrategy?: string;
}
export interface ReportedTaskRun {
  taskRunId: string;
  flowRunId: string;
  taskKey: string;
  dynamicKey: string;
  name: string;
}

const REFUSALS = ['not_found', 'validation', 'conflict', 'bad_request'] as const;
/**
 * The first four reject a request: `bad_request` is well-formed but not allowed. A crash (a masked error, a closed socket)
 * is never one of them. `adapter` is an error of the adapter, not of the server.
 */
export type ErrorKind = (typeof REFUSALS)[number] | 'internal' | 'unavailable' | 'adapter';
export const REFUSED: readonly ErrorKind[] = REFUSALS;

export class ApiError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly text: string,
  ) {
    super(`${kind}: ${text}`);
  }
}

/** Returns the kind of a rejection, or null for an error that is not the server's. */
export const kindOf = (error: unknown): ErrorKind | null => (error instanceof ApiError ? error.kind : null);

export const isRefusal = (error: unknown): boolean => error instanceof ApiError && REFUSED.includes(error.kind);

/** Thrown if a server does not support a call; the message says why. */
export class Skip extends Error {}
