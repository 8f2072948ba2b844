/** What a clause asks of a field; several are joined by AND, or as `operator` says. */
export interface Clause {
  any?: string[];
  notAny?: string[];
  all?: string[];
  /** Text inside the field's text, whatever the case. */
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

/** By what they are about, joined by AND; an empty object asks that there is one. */
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
