import type { StateType } from '../core/runs/state.ts';

export interface WatchedState {
  id: string;
  version: number;
  type: StateType;
  name: string;
  message: string | null;
  timestamp: string;
}

export interface WatchedLog {
  number: number;
  timestamp: string;
  level: number;
  name: string;
  message: string;
  taskRunId: string | null;
}

export interface WatchedTaskRun {
  id: string;
  taskKey: string;
  dynamicKey: string;
}

/** What a subscription sends: a place in the stream, how many events before it could not be delivered, and the event. */
interface Delivered {
  cursor: string;
  skipped: number;
}

export type WatchedEvent = Delivered &
  (
    | { stream: 'flowRunStates'; state: WatchedState }
    | { stream: 'taskRunStates'; state: WatchedState; taskRun: WatchedTaskRun | null }
    | { stream: 'logs'; log: WatchedLog }
  );

const STATE = 'state { id version type name message timestamp }';
const EVENTS: Record<WatchedEvent['stream'], string> = {
  flowRunStates: STATE,
  taskRunStates: `${STATE} taskRun { id taskKey dynamicKey }`,
  logs: 'log { number timestamp level name message taskRunId }',
};

/** The subscriptions to all of a flow run. Each takes `$id`, and `$after`, the cursor of the last event seen or null. */
export const WATCHED_STREAMS = Object.entries(EVENTS).map(([name, selection]) => ({
  name: name as WatchedEvent['stream'], // the keys of EVENTS
  document: `subscription ($id: ID!, $after: String) {
    event: ${name}(flowRunId: $id, after: $after) { cursor skipped ${selection} }
  }`,
}));
