import type { Log } from '../../core/runs/run.ts';
import type { FlowRunState, TaskRunState } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { StreamName } from '../../store/runs/streamReads.ts';

/** The rows of each kind of stream. streamReads.ts defines their positions. */
export interface StreamRow {
  flowRunStates: FlowRunState;
  taskRunStates: TaskRunState;
  flowRunTaskRunStates: TaskRunState;
  flowRunLogs: Log;
  taskRunLogs: Log;
}

/**
 * What a writer announces after commit, a name and an id. It is a string, so that sets of topics hold each once, and a
 * NOTIFY carries it unchanged.
 *
 * | name | id | meaning |
 * |---|---|---|
 * | a stream's | the run that is watched | the stream has new rows |
 * | `flowRunChanges` | a tenant | flow runs changed, but not their state |
 * | `backgroundTaskRuns` | a task run | a background task run waits for a worker |
 */
export type Topic<Name extends TopicName = TopicName> = `${Name}:${string}`;
export type TopicName = StreamName | 'flowRunChanges' | 'backgroundTaskRuns';

export interface StreamEvent<Row = StreamRow[StreamName]> {
  position: number;
  /** Resumes the stream after this event. */
  cursor: string;
  /** How many events before this one were deleted before they could be delivered. */
  skipped: number;
  row: Row;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The name of a topic, which may come from a process of another version. */
export const topicName = (topic: string): string => topic.slice(0, topic.indexOf(':'));

/** Splits a topic and converts its id to lower case. Throws BAD_USER_INPUT unless the id is a UUID. */
export function readTopic(topic: Topic<StreamName>): { topic: Topic<StreamName>; name: StreamName; id: string } {
  const [name, id] = topic.split(':') as [StreamName, string]; // The cast: the type of a topic.
  const lower = id.toLowerCase();
  // An invalid id would make the statement fail that it shares with other streams.
  if (!UUID.test(lower)) throw new Problem('BAD_USER_INPUT', 'The id of a run must be a UUID.');
  return { topic: `${name}:${lower}`, name, id: lower };
}
