// The data that every contender has, and what is wrong with an answer. Run k has the name run-k, the flow flow-(1 + k % 20), six
// states and five task runs, and starts k seconds before a fixed time: page p of 20 runs, newest first, has the runs
// 20 (p - 1) + 1 to 20 p.
export const TASK_RUNS = 5;
export const PAGE = 20;
export const STATES = 5;
/** The runs whose states `setFlowRunState` sets. */
export const MOVED_RUNS = 256;
export const LINES = 250;

/** Every answer is checked for its status and its size or name; these are read completely. */
export const isSampled = (number) => number < 3 || number % 20 === 0;

/** A batch of log lines in Prefect 3's form. */
export const linesOf = (flowRunId, writer) =>
  Array.from({ length: LINES }, (_, line) => ({
    name: 'prefect.flow_runs',
    level: 20 + (line % 3) * 10,
    flow_run_id: flowRunId,
    timestamp: `2026-07-01T12:00:00.${String(line).padStart(3, '0')}000+00:00`,
    message: `line ${line} of ${writer}: the extract step read 1,024 rows from the source table and kept 993 of them in 0.123 seconds`,
  }));

/** The lines as one array per column. */
export const columnsOf = (lines) =>
  ['flow_run_id', 'level', 'name', 'message', 'timestamp'].map((column) => lines.map((line) => line[column]));

/** @param runs of the form { name, flow, taskRuns, states }, the states with the newest first */
export function faultOfPage(runs, page) {
  if (runs.length !== PAGE) return `the page has ${runs.length} runs`;
  for (const [place, { name, flow, taskRuns, states }] of runs.entries()) {
    const run = PAGE * (page - 1) + 1 + place;
    const names = states.map((state) => state.name).join();
    const isRight =
      name === `run-${run}` &&
      flow === flowOf(run) &&
      taskRuns === TASK_RUNS &&
      names === 'Completed,Retrying,AwaitingRetry,Running,Pending';
    if (!isRight) return `run ${run} of the page is ${JSON.stringify({ name, flow, taskRuns, names })}`;
  }
}

/** @param run of the form { name, flow, state } */
export function faultOfRun({ name, flow, state }, number) {
  if (name !== `run-${number}` || flow !== flowOf(number) || state !== 'Completed')
    return `run ${number} is ${JSON.stringify({ name, flow, state })}`;
}

const flowOf = (run) => `flow-${1 + (run % 20)}`;

/** What is wrong with an answer that must have this status and contain this text. */
export const faultOf = ({ status, body }, expected, part) =>
  status === expected && body.includes(part) ? undefined : `${status} ${body}`;

/** Runs for reads by id, in an order that has nothing to do with their place in the table. */
export const SOME_RUNS = `select id, substr(name, 5)::int as number from flow_run where name like 'run-%' order by md5(name) limit 2000`;

export const countOf = async (database, text, values) => Number((await database.sql(text, values))[0].count);
