/** A tab of GraphiQL. The page replaces a variable `newest` with an id; see graphiqlPage.ts. */
export interface Example {
  query: string;
  variables?: { [name: string]: unknown };
}

export const GRAPHIQL_EXAMPLES: Example[] = [
  {
    query: `# 1. Register a flow, which is a program. If you run
#    this again, it returns the same flow.
#
# Run the tabs from left to right. Two of them are
# subscriptions: open this page in a second window
# for those, and run the rest in the first.
mutation CreateFlow {
  createFlow(input: { name: "hello-flowql" }) {
    created
    flow { id name created }
  }
}`,
  },
  {
    query: `# 2. Create a run of that flow. It starts as Pending.
#
# The variable "newest" stands for the flow or run
# that was created last. This page replaces it with
# the id when it sends the request.
mutation CreateFlowRun($flowId: ID!) {
  createFlowRun(input: { flowId: $flowId }) {
    flowRun {
      id
      name
      state { type name version timestamp }
    }
  }
}`,
    variables: { flowId: 'newest' },
  },
  {
    query: `# 3. Watch the states of that run: the stored states
#    first, then each new one. Leave this open and
#    change the state in another window.
subscription WatchStates($flowRunId: ID!) {
  flowRunStates(flowRunId: $flowRunId) {
    cursor
    state { version type name message timestamp }
  }
}`,
    variables: { flowRunId: 'newest' },
  },
  {
    query: `# 4. Change the state of the run. The orchestration
#    rules give each proposed state a verdict. They
#    abort "back", with a reason, because a running
#    run cannot become pending again.
mutation MoveRun($flowRunId: ID!) {
  start: setFlowRunState(
    input: { flowRunId: $flowRunId, state: { type: RUNNING } }
  ) {
    verdict
    reason
    state { type name version }
  }
  back: setFlowRunState(
    input: { flowRunId: $flowRunId, state: { type: PENDING } }
  ) {
    verdict
    reason
    state { type name version }
  }
  finish: setFlowRunState(
    input: {
      flowRunId: $flowRunId
      state: { type: COMPLETED, message: "All done." }
    }
  ) {
    verdict
    reason
    state { type name version }
  }
}`,
    variables: { flowRunId: 'newest' },
  },
  {
    query: `# 5. Watch the log lines of the run. Leave this open
#    and write some lines in another window.
subscription WatchLogs($flowRunId: ID!) {
  logs(flowRunId: $flowRunId) {
    cursor
    log { timestamp level name message }
  }
}`,
    variables: { flowRunId: 'newest' },
  },
  {
    query: `# 6. Write log lines. The levels are Python's:
#    10 debug, 20 info, 30 warning, 40 error.
mutation WriteLogs($flowRunId: ID!) {
  writeLogs(
    input: {
      logs: [
        {
          flowRunId: $flowRunId
          level: 20
          name: "hello"
          message: "Hello from GraphiQL."
        }
        {
          flowRunId: $flowRunId
          level: 30
          name: "hello"
          message: "This is a warning."
        }
      ]
    }
  ) {
    written
    rejected { index code message }
  }
}`,
    variables: { flowRunId: 'newest' },
  },
  {
    query: `# 7. Read runs with their states and log lines. The
#    server runs one SQL statement for each level.
query LatestRuns {
  flowRuns(first: 10) {
    totalCount
    nodes {
      id
      name
      flow { name }
      state { type name timestamp }
      states(first: 10) {
        nodes { version type name message }
      }
      logs(first: 10) {
        nodes { timestamp level message }
      }
    }
  }
}`,
  },
];
