/** A tab of GraphiQL. A variable that is `newest` is filled in by the page, as graphiqlPage.ts tells. */
export interface Example {
  query: string;
  variables?: { [name: string]: unknown };
}

export const GRAPHIQL_EXAMPLES: Example[] = [
  {
    query: `# 1. Start here: a flow is a registered program. Run this again, and you get the same flow.
#
# The tabs belong together. Open this page in a second window to watch (tabs 3 and 5)
# what you do in the first (tabs 2, 4 and 6). All of it works on a fresh server.
mutation CreateFlow {
  createFlow(input: { name: "hello-flowql", tags: ["example"] }) {
    created
    flow { id name created }
  }
}`,
  },
  {
    query: `# 2. A run of that flow. It begins as Scheduled.
# "newest" under Variables stands for the flow (or run) that was made last; this page looks it up.
mutation CreateFlowRun($flowId: ID!) {
  createFlowRun(input: { flowId: $flowId, parameters: { greeting: "hello" } }) {
    flowRun { id name state { type name version timestamp } }
  }
}`,
    variables: { flowId: 'newest' },
  },
  {
    query: `# 3. Every state of the newest run: first those it has had, then each as it comes.
# Leave it running, and move the run in another window (tab 4).
subscription WatchStates($flowRunId: ID!) {
  flowRunStates(flowRunId: $flowRunId) {
    cursor
    state { version type name message timestamp }
  }
}`,
    variables: { flowRunId: 'newest' },
  },
  {
    query: `# 4. Through its states. The verdict says what the rules made of each step.
mutation MoveRun($flowRunId: ID!) {
  prepare: setFlowRunState(input: { flowRunId: $flowRunId, state: { type: PENDING } }) {
    verdict reason state { type name version }
  }
  start: setFlowRunState(input: { flowRunId: $flowRunId, state: { type: RUNNING } }) {
    verdict reason state { type name version }
  }
  finish: setFlowRunState(input: { flowRunId: $flowRunId, state: { type: COMPLETED, message: "All done." } }) {
    verdict reason state { type name version }
  }
}`,
    variables: { flowRunId: 'newest' },
  },
  {
    query: `# 5. The log of the newest run, line by line as it is written (tab 6 writes some).
subscription WatchLogs($flowRunId: ID!) {
  logs(flowRunId: $flowRunId) {
    cursor
    log { timestamp level name message }
  }
}`,
    variables: { flowRunId: 'newest' },
  },
  {
    query: `# 6. Lines of log. Levels are Python's: 10 debug, 20 info, 30 warning, 40 error, 50 critical.
mutation WriteLogs($flowRunId: ID!) {
  writeLogs(input: { logs: [
    { flowRunId: $flowRunId, level: 20, name: "hello", message: "Hello from GraphiQL." }
    { flowRunId: $flowRunId, level: 30, name: "hello", message: "This is a warning." }
  ] }) {
    written
    rejected { index code message }
  }
}`,
    variables: { flowRunId: 'newest' },
  },
  {
    query: `# 7. What is there now: runs with their states and logs, one SQL statement a level.
query LatestRuns {
  flowRuns(first: 10) {
    totalCount
    nodes {
      id
      name
      flow { name }
      state { type name timestamp }
      states(first: 10) { nodes { version type name message } }
      logs(first: 10) { nodes { timestamp level message } }
    }
  }
}`,
  },
];
