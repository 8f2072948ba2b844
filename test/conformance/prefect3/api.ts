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

/** Which of two expectations holds, where Prefect 3 has a defect that FlowQL repairs. */
export type Flavour = 'prefect3' | 'flowql';

/**
 * The abstract API that the cases speak, with Prefect 3's meaning. Only the adapters know a server's names for it.
 * What a server refuses throws `ApiError`; what an adapter cannot do (yet) throws `Skip`.
 */
export interface Api {
  flavour: Flavour;
  /** Abilities that not both servers have; a case asks for them by `lab.needs`. */
  features: ReadonlySet<string>;
  /** What the server's own loops are set to, in seconds, and its bounds. */
  settings: { loopSeconds: number; graphNodeLimit?: number };
  /** Rejects when the server does not answer. */
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
  /** One for each announced state, oldest first. */
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
  /** As an engine does that orchestrates itself. */
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

  /** Rows without any state, which only Prefect 3 can have: done behind the API's back. */
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
 * The first four refuse a request: `bad_request` is what is well-formed and still not allowed. A crash (a masked error, a
 * closed socket) is never one of them. `adapter` is a fault of the adapter, not of the server.
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

/** In which way a call was refused; null for an error that no server said. */
export const kindOf = (error: unknown): ErrorKind | null => (error instanceof ApiError ? error.kind : null);

export const isRefusal = (error: unknown): boolean => error instanceof ApiError && REFUSED.includes(error.kind);

/** Thrown where a server has no such thing (yet); the message says why. */
export class Skip extends Error {}
