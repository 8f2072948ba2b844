import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type Api, Skip } from './api.ts';
import { inSeconds, unique } from './moments.ts';
import type { StateInput, Verdict } from './values.ts';

/** One observed step of a run in Prefect 3: a state, a proposed state and the verdict. */
export interface Cell {
  kind: 'flow_run' | 'task_run';
  context: 'no deployment' | 'no flow run';
  force: boolean;
  from: string;
  to: string;
  /** 201 if a state was written, 200 if none was. */
  http: 200 | 201;
  status: string;
  state: [type: string, name: string] | null;
  reason: string | null;
  delay_seconds: number | null;
}

export const CELLS: Cell[] = JSON.parse(readFileSync(new URL('transitions.json', import.meta.url), 'utf8'));

export const cellTitle = ({ kind, context, force, from, to }: Cell): string =>
  `${kind} (${context})${force ? ' by force' : ''}: ${from} -> ${to}`;

const past = () => ({ scheduledTime: inSeconds(-2) });
const future = () => ({ scheduledTime: inSeconds(3600) });

/** The states named by the cells. If the name includes a pid or retries, the run is created with them. */
const STATES: { [name: string]: () => StateInput } = {
  SCHEDULED: () => ({ type: 'SCHEDULED', details: past() }),
  'SCHEDULED future': () => ({ type: 'SCHEDULED', details: future() }),
  'SCHEDULED +infrastructure_pid': () => ({ type: 'SCHEDULED', details: past() }),
  'SCHEDULED Late': () => ({ type: 'SCHEDULED', name: 'Late', details: past() }),
  'SCHEDULED AwaitingRetry': () => ({ type: 'SCHEDULED', name: 'AwaitingRetry', details: past() }),
  'SCHEDULED Resuming +pid': () => ({ type: 'SCHEDULED', name: 'Resuming', details: past() }),
  PENDING: () => ({ type: 'PENDING' }),
  'PENDING Submitting': () => ({ type: 'PENDING', name: 'Submitting' }),
  'PENDING sched.future': () => ({ type: 'PENDING', details: future() }),
  RUNNING: () => ({ type: 'RUNNING' }),
  'RUNNING retries=1': () => ({ type: 'RUNNING' }),
  PAUSED: () => ({ type: 'PAUSED', details: { pauseTimeout: inSeconds(3600) } }),
  'PAUSED Suspended': () => ({
    type: 'PAUSED',
    name: 'Suspended',
    details: { pauseReschedule: true, pauseTimeout: inSeconds(3600) },
  }),
  'PAUSED expired': () => ({ type: 'PAUSED', details: { pauseTimeout: inSeconds(-1) } }),
  CANCELLING: () => ({ type: 'CANCELLING' }),
  COMPLETED: () => ({ type: 'COMPLETED' }),
  'COMPLETED data': () => ({ type: 'COMPLETED', data: { type: 'reference', storage_key: 'k' } }),
  FAILED: () => ({ type: 'FAILED' }),
  CRASHED: () => ({ type: 'CRASHED' }),
  CANCELLED: () => ({ type: 'CANCELLED' }),
};
const stateNamed = (name: string): StateInput | undefined => STATES[name]?.();

/** In FlowQL a suspended run without a deployment may end (docs/prefect3-differences.md). Both outcomes are right. */
const mayEnd = ({ kind, context, force, from, to }: Cell): boolean =>
  kind === 'flow_run' &&
  context === 'no deployment' &&
  !force &&
  from === 'PAUSED Suspended' &&
  /^(COMPLETED|FAILED|CRASHED|CANCELLED)/.test(to);

/** Prefect 3.8.8 accepts PAUSED -> CANCELLING; the observed release rejected it. */
const asOfToday = (cell: Cell): Cell =>
  cell.kind === 'flow_run' && !cell.force && /^PAUSED( expired)?$/.test(cell.from) && cell.to === 'CANCELLING'
    ? { ...cell, status: 'ACCEPT', state: ['CANCELLING', 'Cancelling'], reason: null, http: 201 }
    : cell;

export interface Matrix {
  /** Makes the step of the cell. Returns the differences as texts. @throws Skip if the server has no such step */
  differences(cell: Cell): Promise<string[]>;
}

export async function openMatrix(api: Api): Promise<Matrix> {
  const flow = await api.createFlow({ name: unique('matrix') });
  return {
    async differences(cell) {
      // The server's loop may end an expired pause between the two calls. Only then the step is retried.
      const attempts = cell.from === 'PAUSED expired' && cell.kind === 'flow_run' ? 4 : 1;
      let found: string[] = [];
      for (let attempt = 0; attempt < attempts; attempt++) {
        found = await attemptCell(api, flow.id, asOfToday(cell));
        if (found.length === 0) break;
      }
      return found;
    },
  };
}

async function attemptCell(api: Api, flowId: string, cell: Cell): Promise<string[]> {
  const moves = movesOf(api, cell);
  const proposed = stateNamed(cell.to);
  if (!proposed) throw new Error(`no state is called ${cell.to}`);
  if (cell.from === 'none' && !api.features.has('stripStates')) {
    // In FlowQL a run always has a state. Creation, which no rule rejects, replaces the forced step into the first state.
    if (!cell.force) throw new Skip('a run always has a state');
    const { id } = await create(api, flowId, cell, proposed);
    const { stateType, stateName } = await moves.read(id);
    return isDeepStrictEqual([stateType, stateName], cell.state) ? [] : [`created in ${stateType} ${stateName}`];
  }
  const { id, stateId } = await create(api, flowId, cell, stateNamed(cell.from));
  if (cell.from === 'none') await api.stripStates(cell.kind, [id]);
  const verdict = await moves.set(id, proposed, { force: cell.force });
  const stored = (await moves.read(id)).state;
  return judge(api, cell, verdict, stored, cell.from === 'none' ? null : stateId);
}

const movesOf = (api: Api, { kind }: Cell) =>
  kind === 'flow_run'
    ? { set: api.setFlowRunState, read: api.readFlowRun }
    : { set: api.setTaskRunState, read: api.readTaskRun };

async function create(api: Api, flowId: string, cell: Cell, state: StateInput | undefined) {
  const policy = cell.from === 'RUNNING retries=1' ? { retries: 1, retryDelay: 0 } : undefined;
  // Prefect 3 cannot create a run with a result in its state: that state is set afterwards.
  const first = state?.data === undefined ? state : undefined;
  const { run } =
    cell.kind === 'flow_run'
      ? await api.createFlowRun({ flowId, policy, state: first })
      : await api.createTaskRun({ taskKey: 'task', dynamicKey: unique('dynamic'), policy, state: first });
  if (/pid/.test(cell.from)) await api.updateFlowRun(run.id, { infrastructurePid: 'pid-1' });
  if (!state || first) return { id: run.id, stateId: run.state?.id };
  const verdict = await movesOf(api, cell).set(run.id, state, { force: true });
  if (verdict.status !== 'ACCEPT') throw new Error(`the first state could not be made: ${JSON.stringify(verdict)}`);
  return { id: run.id, stateId: verdict.state?.id };
}

const typeAndName = (state: { type: string; name: string } | null | undefined) =>
  state ? [state.type, state.name] : null;

function judge(api: Api, cell: Cell, verdict: Verdict, stored: Verdict['state'], before: string | null | undefined) {
  const answered = typeAndName(verdict.state);
  const isStored = isDeepStrictEqual(answered, typeAndName(stored)) && verdict.state?.id === stored?.id;
  const ended =
    api.flavour === 'flowql' && verdict.status === 'ACCEPT' && verdict.state?.type === cell.to.split(' ')[0];
  if (mayEnd(cell) && ended && isStored) return [];
  const delay = cell.delay_seconds;
  const faults = {
    status: verdict.status !== cell.status,
    state: !isDeepStrictEqual(answered, cell.state),
    delay:
      delay === null ? verdict.delaySeconds !== null : !(Math.abs((verdict.delaySeconds ?? Number.NaN) - delay) <= 20),
    'what is stored': !isStored,
    'whether a state was written': ((verdict.state?.id ?? null) !== (before ?? null)) !== (cell.http === 201),
    'what it says of that': verdict.written !== (cell.http === 201),
  };
  const got = JSON.stringify([verdict.status, answered, verdict.delaySeconds, verdict.reason]);
  return Object.entries(faults).flatMap(([what, isFault]) => (isFault ? [`${what}: got ${got}`] : []));
}
