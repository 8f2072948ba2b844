/** The conditions on a field, joined by AND or by `operator`. */
export interface Clause {
  any?: string[];
  notAny?: string[];
  all?: string[];
  /** A text inside the field's text, in any case. */
  like?: string;
  before?: string | null;
  after?: string;
  isNull?: boolean | null;
  startsWith?: string[];
  operator?: 'and' | 'or';
}

interface RunClauses {
  id?: Clause;
  name?: Clause;
  tags?: Clause;
  state?: { type?: Clause; name?: Clause };
}

/** Filters by kind of row, joined by AND; an empty object requires a related row. */
export interface Filter {
  flowRuns?: RunClauses & {
    flowVersion?: Clause;
    startTime?: Clause;
    endTime?: Clause;
    parentFlowRunId?: Clause;
    parentTaskRunId?: Clause;
    workQueueName?: Clause;
    createdBy?: { isNull?: boolean; type?: string[] };
  };
  taskRuns?: RunClauses & { flowRunId?: Clause };
  flows?: { id?: Clause; name?: Clause; tags?: Clause; deployment?: Clause };
  deployments?: { id?: Clause; name?: Clause; tags?: Clause };
  workPools?: { name?: Clause };
  workQueues?: { name?: Clause };
}

export interface LogFilter {
  flowRunId?: Clause;
  taskRunId?: Clause;
  text?: { query: string };
}
