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

/** Part of every event: its position in the stream, and how many earlier events could not be delivered. */
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

/** The subscriptions to a flow run's events. Variables: `$id`, and `$after`, the cursor of the last event or null. */
export const WATCHED_STREAMS = Object.entries(EVENTS).map(([name, selection]) => ({
  name: name as WatchedEvent['stream'], // the keys of EVENTS
  document: `subscription ($id: ID!, $after: String) {
    event: ${name}(flowRunId: $id, after: $after) { cursor skipped ${selection} }
  }`,
}));
