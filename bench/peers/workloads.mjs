import { LINES, MOVED_RUNS } from './data.mjs';

// The compared work. A contender that has no job of this name does not do it. A goal is the least ratio of FlowQL's rate to the
// rate of a contender.
const READ_GOALS = [
  { to: 'postgraphile', least: 1.5 },
  { to: 'handWritten', least: 0.5 },
];
const CREATE_GOALS = [
  { to: 'prefect3', least: 50 },
  { to: 'handWritten', least: 0.6 },
];
const PAGE = '20 runs, each with flow, number of task runs, state and last 5 states';

export const WORKLOADS = {
  page1: { title: `page 1: ${PAGE}`, job: 'page', argument: 1, connections: 8, goals: READ_GOALS },
  page50: { title: `page 50: ${PAGE}`, job: 'page', argument: 50, connections: 8, goals: READ_GOALS },
  runById: { title: 'one run by its id, with flow and state', job: 'runById', connections: 32, goals: READ_GOALS },
  createFlowRun: { title: '`createFlowRun`', job: 'createFlowRun', connections: 16, goals: CREATE_GOALS },
  createTaskRun: { title: '`createTaskRun`', job: 'createTaskRun', connections: 16, goals: CREATE_GOALS },
  setState: {
    title: `\`setFlowRunState\` of ${MOVED_RUNS} runs`,
    job: 'setState',
    connections: 64,
    goals: [
      { to: 'fiveStatements', least: 1 },
      { to: 'oneStatement', least: 0.8 },
    ],
  },
  writeLogs: {
    title: `\`writeLogs\` with ${LINES} lines, counted in lines`,
    job: 'writeLogs',
    connections: 8,
    times: LINES,
    goals: [
      { to: 'prefect3', least: 25 },
      { to: 'pgAlone', least: 0.6 },
    ],
  },
  cancel: {
    title: 'cancelling runs by a filter, counted in runs',
    job: 'cancel',
    goals: [{ to: 'pgAlone', least: 0.25 }],
  },
};
