import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decideFlowRun, decideTaskRun } from '../../../src/core/rules/decide.ts';
import type { Decision, TaskRunMove } from '../../../src/core/runs/move.ts';
import { NO_FLOW_RUN_POLICY, NO_TASK_RUN_POLICY } from '../../../src/core/runs/run.ts';
import {
  defaultStateName,
  isFinal,
  NO_DETAILS,
  type StateRequest,
  type StateType,
} from '../../../src/core/runs/state.ts';
import { at, flowRunMove, RESULT, taskRunMove } from '../given.ts';

// Every cell of the two transition tables, as a real Prefect 3 server answered, and then what a deployment, a flow run
// around a task run, and a background task change in them.

interface Observed {
  to: string[];
  reasons: Record<string, string>;
  tables: { kind: 'flow_run' | 'task_run'; force: boolean; rows: Record<string, string> }[];
}
// The cast: the file describes its own layout.
const OBSERVED = JSON.parse(readFileSync(new URL('./transitions.json', import.meta.url), 'utf8')) as Observed;

/** The states behind the labels of rows and columns; a bare type is that type without anything else. */
const STATES: Record<string, StateRequest | null> = {
  none: null,
  SCHEDULED: { type: 'SCHEDULED', details: { scheduledTime: at(-2) } },
  'SCHEDULED future': { type: 'SCHEDULED', details: { scheduledTime: at(3600) } },
  'SCHEDULED +infrastructure_pid': { type: 'SCHEDULED', details: { scheduledTime: at(-2) } },
  'SCHEDULED Late': { type: 'SCHEDULED', name: 'Late', details: { scheduledTime: at(-2) } },
  'SCHEDULED AwaitingRetry': { type: 'SCHEDULED', name: 'AwaitingRetry', details: { scheduledTime: at(-2) } },
  'SCHEDULED Resuming +pid': { type: 'SCHEDULED', name: 'Resuming', details: { scheduledTime: at(-2) } },
  'PENDING Submitting': { type: 'PENDING', name: 'Submitting' },
  'PENDING sched.future': { type: 'PENDING', details: { scheduledTime: at(3600) } },
  'RUNNING retries=1': { type: 'RUNNING' },
  PAUSED: { type: 'PAUSED', details: { pauseTimeout: at(3600) } },
  'PAUSED Suspended': {
    type: 'PAUSED',
    name: 'Suspended',
    details: { pauseReschedule: true, pauseTimeout: at(3600) },
  },
  'PAUSED expired': { type: 'PAUSED', details: { pauseTimeout: at(-1) } },
  'COMPLETED data': { type: 'COMPLETED', data: RESULT },
};
// The cast: a label without an entry is a state type.
const stateOf = (label: string): StateRequest | null =>
  label in STATES ? (STATES[label] ?? null) : { type: label as StateType };

interface Cell {
  kind: 'flow_run' | 'task_run';
  force: boolean;
  from: string;
  to: string;
  /** A verdict, with the resulting name or state, and the reason. */
  answer: string;
}

const CELLS: Cell[] = OBSERVED.tables.flatMap(({ kind, force, rows }) =>
  Object.entries(rows).flatMap(([from, row]) =>
    row
      .split(', ')
      .map((answer, column) => ({ kind, force, from, to: OBSERVED.to[column] ?? '', answer: spelled(answer) })),
  ),
);

/** `R e > CANCELLED Cancelled` with the reason instead of its letter, and 3600 s for a W. */
function spelled(answer: string): string {
  const [verdict = '', letter = '', ...rest] = answer.split(' ');
  if (verdict === 'A') return answer;
  return [verdict, ...(verdict === 'W' ? ['3600'] : rest), ':', OBSERVED.reasons[letter]].join(' ');
}

/** A decision in the notation of the tables. */
function told({ verdict, reason, retryAfterSeconds, write }: Decision, proposed: StateRequest): string {
  const name = proposed.name ?? defaultStateName(proposed.type);
  if (verdict === 'ACCEPT') return write?.state.name === name ? 'A' : `A as ${write?.state.name}`;
  const instead = write === null ? '' : ` > ${write.state.type} ${write.state.name}`;
  const word = { REJECT: `R${instead}`, ABORT: `X${instead}`, WAIT: `W ${retryAfterSeconds}` }[verdict];
  return `${word} : ${reason}`;
}

/** Deliberate differences; docs/prefect3-differences.md gives the reasons. The first that matches counts. */
const DIFFERENCES: { number: number; where: (cell: Cell) => boolean; answer: (observed: string) => string }[] = [
  {
    number: 1,
    where: ({ kind, force, from, to }) =>
      kind === 'flow_run' && !force && /^PAUSED( expired)?$/.test(from) && to === 'CANCELLING',
    answer: () => 'A',
  },
  {
    number: 2,
    where: ({ kind, force, from, to }) =>
      kind === 'flow_run' && !force && from === 'PAUSED Suspended' && isFinal((stateOf(to) ?? { type: 'PAUSED' }).type),
    answer: () => 'A',
  },
  {
    number: 3,
    where: ({ answer }) => answer.includes('StateType.'),
    answer: (observed) => observed.replaceAll('StateType.', ''),
  },
];
const expected = (cell: Cell) => DIFFERENCES.find(({ where }) => where(cell))?.answer(cell.answer) ?? cell.answer;

function decided(
  { kind, force, from, to }: Cell,
  more: Partial<Pick<TaskRunMove, 'flowRun'>> & { deploymentId?: string } = {},
): string {
  const target = stateOf(to) ?? { type: 'PENDING' };
  const move = { from: stateOf(from), to: target, force };
  const retries = from === 'RUNNING retries=1' ? 1 : null;
  if (kind === 'task_run')
    return told(
      decideTaskRun(
        taskRunMove({ ...move, flowRun: more.flowRun ?? null }, { policy: { ...NO_TASK_RUN_POLICY, retries } }),
      ),
      target,
    );
  const run = {
    deploymentId: more.deploymentId ?? null,
    infrastructurePid: /pid/.test(from) ? 'pid-1' : null,
    policy: { ...NO_FLOW_RUN_POLICY, retries },
  };
  return told(decideFlowRun(flowRunMove(move, run)), target);
}
const label = ({ kind, force, from, to }: Cell) => `${kind}${force ? ' by force' : ''}: ${from} -> ${to}`;
const titled = (cells: Cell[]) => cells.map((cell) => [label(cell), cell] as const);

test('the recorded transition tables have 988 cells', () => expect(CELLS).toHaveLength(988));

describe('the recorded answers of Prefect 3', () => {
  test.each(titled(CELLS))('as in Prefect 3, %s', (_, cell) => expect(decided(cell)).toBe(expected(cell)));

  test('each difference from the recorded tables occurs', () => {
    const met = (number: number) =>
      CELLS.filter((cell) => DIFFERENCES.find(({ where }) => where(cell))?.number === number);
    expect(DIFFERENCES.map(({ number }) => met(number).length)).toEqual([2, 5, 6]);
  });
});

describe('a flow run with a deployment', () => {
  const finals = ['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'];
  const changed = ({ from, to, answer }: Cell): string => {
    if (finals.includes(from) && to === 'SCHEDULED') return 'A';
    if (finals.includes(from) && to === 'SCHEDULED Late') return 'R : Only scheduled flows can be marked late.';
    if (/^RUNNING/.test(from) && to === 'PAUSED Suspended') return 'A';
    return from === 'PAUSED Suspended' && answer.includes('without a deployment') ? 'A' : answer;
  };
  const cells = CELLS.filter(({ kind, force }) => kind === 'flow_run' && !force);
  test.each(titled(cells))('with a deployment, %s', (_, cell) =>
    expect(decided(cell, { deploymentId: 'deployment' })).toBe(changed({ ...cell, answer: expected(cell) })),
  );
});

const flowRunIn = (stateType: StateType, runCount = 1) => ({
  id: 'flow-run',
  stateType,
  details: NO_DETAILS,
  runCount,
});
const TASK_CELLS = CELLS.filter(({ kind }) => kind === 'task_run');

describe('a task run in a running flow run', () => {
  const restarts = ({ from, to, force, answer }: Cell) =>
    !force && answer === 'A' && to === 'RUNNING' && isFinal((stateOf(from) ?? { type: 'RUNNING' }).type);
  test.each(titled(TASK_CELLS))('in a running flow run, %s', (_, cell) =>
    expect(decided(cell, { flowRun: flowRunIn('RUNNING') })).toBe(restarts(cell) ? 'A as Retrying' : cell.answer),
  );
});

describe.each([
  ['PAUSED', 'R > PAUSED NotReady : The flow is paused, new tasks can execute after resuming flow run: flow-run.'],
  ['CANCELLING', 'X : The enclosing flow must be running to begin task execution.'],
  ['COMPLETED', 'X : The enclosing flow must be running to begin task execution.'],
] as const)('a task run in a flow run that is %s', (stateType, answer) => {
  // A persisted result is decided before the flow run is read.
  const refused = ({ from, to, force }: Cell) => !force && to === 'RUNNING' && from !== 'COMPLETED data';
  test.each(titled(TASK_CELLS))(`in a ${stateType} flow run, %s`, (_, cell) =>
    expect(decided(cell, { flowRun: flowRunIn(stateType) })).toBe(refused(cell) ? answer : cell.answer),
  );
});

describe('a background task, forced or not', () => {
  const cells = TASK_CELLS.filter(({ force }) => !force);
  const expectedOf = ({ from, to, answer }: Cell): string => {
    const { type, name } = { name: undefined, ...(stateOf(from) ?? { type: 'SCHEDULED' }) };
    const stuck = ['PENDING', 'RUNNING', 'CANCELLING', 'CANCELLED'].includes(type) && /^PENDING/.test(to);
    const moves = type === 'PENDING' && to === 'PENDING Submitting' && name !== 'Submitting';
    return stuck && !moves ? `X : This run is in a ${type} state and cannot transition to a PENDING state.` : answer;
  };
  test.each(titled([...cells, ...cells.map((cell) => ({ ...cell, force: true }))]))(
    'a background task, %s',
    (_, cell) => {
      const target = stateOf(cell.to) ?? { type: 'PENDING' };
      const to = { ...target, details: { ...target.details, deferred: true } };
      const policy = { ...NO_TASK_RUN_POLICY, retries: cell.from === 'RUNNING retries=1' ? 1 : null };
      const move = taskRunMove({ from: stateOf(cell.from), to, force: cell.force }, { policy });
      expect(told(decideTaskRun(move), to)).toBe(expectedOf(cell));
    },
  );
});
