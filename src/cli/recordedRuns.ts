import { fromPrefect1 } from '../core/prefect1/prefect1States.ts';
import type { RecordedEvent } from './recording.ts';

/** Returns a task run's dynamic key: its map index in Prefect 1, or -1 if the task is not mapped. */
export const dynamicKeyOf = (event: { map_index: number | null }): string => String(event.map_index ?? -1);
export const taskRunKey = (taskKey: string, dynamicKey: string): string => `${taskKey}[${dynamicKey}]`;

/** Returns the slugs of mapped tasks. */
export function mappedSlugs(events: RecordedEvent[]): Set<string> {
  const tasks = events.filter((event) => event.kind === 'task_state');
  return new Set(tasks.filter((event) => (event.map_index ?? -1) >= 0).map((event) => event.task_slug));
}

/** Returns the state of the flow run before its first recorded state. */
export function initialState(events: RecordedEvent[]): ReturnType<typeof fromPrefect1> {
  const first = events.find((event) => event.kind === 'flow_state');
  return fromPrefect1(first?.old ?? 'Scheduled');
}
