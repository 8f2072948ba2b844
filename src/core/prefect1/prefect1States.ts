import type { Prefect1State, ProposedState, StateType } from '../runs/state.ts';
import { Problem } from '../values/problem.ts';

interface Meaning {
  type: StateType;
  name: string;
}

/**
 * Maps the 21 state classes of Prefect 1 to types and names. The name is Prefect 3's if Prefect 3 has the same state,
 * and otherwise that of the class, so that each class can be mapped back.
 * Source: Prefect 1, engine/state.py; Prefect 3, server/schemas/states.py.
 */
const MEANINGS = {
  Pending: { type: 'PENDING', name: 'Pending' },
  Submitted: { type: 'PENDING', name: 'Submitted' },
  Scheduled: { type: 'SCHEDULED', name: 'Scheduled' },
  Resume: { type: 'SCHEDULED', name: 'Resuming' },
  Retrying: { type: 'SCHEDULED', name: 'AwaitingRetry' },
  // The run waits for a slot of a concurrency limit, and counts as scheduled.
  Queued: { type: 'SCHEDULED', name: 'AwaitingConcurrencySlot' },
  Paused: { type: 'PAUSED', name: 'Paused' },
  Running: { type: 'RUNNING', name: 'Running' },
  Cancelling: { type: 'CANCELLING', name: 'Cancelling' },
  // Finished in Prefect 1, although a looped or mapped task may still enter other states.
  Finished: { type: 'COMPLETED', name: 'Finished' },
  Looped: { type: 'COMPLETED', name: 'Looped' },
  Success: { type: 'COMPLETED', name: 'Completed' },
  Cached: { type: 'COMPLETED', name: 'Cached' },
  Mapped: { type: 'COMPLETED', name: 'Mapped' },
  Skipped: { type: 'COMPLETED', name: 'Skipped' },
  Cancelled: { type: 'CANCELLED', name: 'Cancelled' },
  Failed: { type: 'FAILED', name: 'Failed' },
  TimedOut: { type: 'FAILED', name: 'TimedOut' },
  TriggerFailed: { type: 'FAILED', name: 'TriggerFailed' },
  ValidationFailed: { type: 'FAILED', name: 'ValidationFailed' },
  // The client could not report a state.
  ClientFailed: { type: 'FAILED', name: 'ClientFailed' },
} as const satisfies Record<Prefect1State, Meaning>;

// The cast: the keys of a constant are the keys of its type.
export const PREFECT_1_STATES = Object.keys(MEANINGS) as Prefect1State[];

/** The class for all other names of a type. */
const BY_TYPE: Record<StateType, Prefect1State> = {
  SCHEDULED: 'Scheduled',
  PENDING: 'Pending',
  RUNNING: 'Running',
  COMPLETED: 'Success',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
  CRASHED: 'Failed',
  PAUSED: 'Paused',
  CANCELLING: 'Cancelling',
};

/** Names in Prefect 3 of states that Prefect 1 names differently. */
const SYNONYMS: readonly [Meaning, Prefect1State][] = [
  [{ type: 'PENDING', name: 'Submitting' }, 'Submitted'],
  [{ type: 'PENDING', name: 'InfrastructurePending' }, 'Submitted'],
];

const key = ({ type, name }: Meaning) => `${type}:${name}`;
const BY_MEANING = new Map([
  ...PREFECT_1_STATES.map((state) => [key(MEANINGS[state]), state] as const),
  ...SYNONYMS.map(([meaning, state]) => [key(meaning), state] as const),
]);

export const isPrefect1State = (name: string): name is Prefect1State => Object.hasOwn(MEANINGS, name);

/** Returns the type and name for a class of Prefect 1; throws BAD_USER_INPUT if there is no such class. */
export function fromPrefect1(className: string): Meaning {
  if (isPrefect1State(className)) return MEANINGS[className];
  throw new Problem('BAD_USER_INPUT', `Unsupported state: ${className.slice(0, 100)}. Prefect 1 has no such class.`);
}

/** Returns the class that a Prefect 1 client gets for a state. */
export const toPrefect1 = (state: Pick<ProposedState, 'type' | 'name'>): Prefect1State =>
  BY_MEANING.get(key(state)) ?? BY_TYPE[state.type];
