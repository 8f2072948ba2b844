/** A tab of GraphiQL. A variable that is `newest` is filled in by the page, as graphiqlPage.ts tells. */
export interface Example {
  query: string;
  variables?: { [name: string]: unknown };
}

export const GRAPHIQL_EXAMPLES: Example[] = [
  {
    query: `# 1. A flow is a registered program. Run again, this
#    gives the same flow.
#
# Go through the tabs from left to right. Two of them
# watch: open this page in a second window for those,
# and do the rest in the first.
mutation CreateFlow {
  createFlow(input: { name: "hello-flowql" }) {
    created
    flow { id name created }
  }
}`,
  },
  {
    query: `# 2. A run of that flow. It begins as Pending.
#
# "newest" under Variables stands for the flow, or
# run, that was made last: this page puts its id there
# as it sends the request.
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
    query: `# 3. Watch the states of that run: those it has had,
#    then each new one. Leave this open and move the
#    run in another window.
subscription WatchStates($flowRunId: ID!) {
  flowRunStates(flowRunId: $flowRunId) {
    cursor
    state { version type name message timestamp }
  }
}`,
    variables: { flowRunId: 'newest' },
  },
  {
    query: `# 4. Move the run through its states. The verdict is
#    what the rules say to each step; run this again
#    to see them object.
mutation MoveRun($flowRunId: ID!) {
  start: setFlowRunState(
    input: { flowRunId: $flowRunId, state: { type: RUNNING } }
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
    query: `# 5. Watch the log of the run. Leave this open and
#    write some lines in another window.
subscription WatchLogs($flowRunId: ID!) {
  logs(flowRunId: $flowRunId) {
    cursor
    log { timestamp level name message }
  }
}`,
    variables: { flowRunId: 'newest' },
  },
  {
    query: `# 6. Write lines of log. Levels are those of Python:
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
    query: `# 7. What there is now: runs, their states and logs,
#    read with one SQL statement a level.
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
