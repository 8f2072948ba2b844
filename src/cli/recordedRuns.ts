import { fromPrefect1 } from '../core/prefect1/prefect1States.ts';
import type { RecordedEvent } from './recording.ts';

/** A task run's dynamic key: Prefect 1 tells the runs of a mapped task apart by their index, -1 is the task itself. */
export const dynamicKeyOf = (event: { map_index: number | null }): string => String(event.map_index ?? -1);
export const taskRunKey = (taskKey: string, dynamicKey: string): string => `${taskKey}[${dynamicKey}]`;

/** The slugs of tasks with more than one run. */
export function mappedSlugs(events: RecordedEvent[]): Set<string> {
  const tasks = events.filter((event) => event.kind === 'task_state');
  return new Set(tasks.filter((event) => (event.map_index ?? -1) >= 0).map((event) => event.task_slug));
}

/** The state that the flow run was in before its first recorded one. */
export function initialState(events: RecordedEvent[]): ReturnType<typeof fromPrefect1> {
  const first = events.find((event) => event.kind === 'flow_state');
  return fromPrefect1(first?.old ?? 'Scheduled');
}
