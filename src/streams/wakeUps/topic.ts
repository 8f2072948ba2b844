import type { Log } from '../../core/runs/run.ts';
import type { FlowRunState, TaskRunState } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { StreamName } from '../../store/runs/streamReads.ts';

/** What the events of each kind of stream carry; what a position counts is said in store/streamReads.ts. */
export interface StreamRow {
  flowRunStates: FlowRunState;
  taskRunStates: TaskRunState;
  flowRunTaskRunStates: TaskRunState;
  flowRunLogs: Log;
  taskRunLogs: Log;
}

/**
 * What is announced when it was written to: a stream, by its kind and the id of the run that is watched; or, by the id of
 * their tenant, flow runs that changed otherwise than by a new state; or a background task run that waits.
 */
export type Topic<Name extends TopicName = TopicName> = `${Name}:${string}`;
type TopicName = StreamName | 'flowRunChanges' | 'backgroundTaskRuns';

export interface StreamEvent<Row = StreamRow[StreamName]> {
  position: number;
  /** Resumes the stream after this event. */
  cursor: string;
  /** How many events before this one were gone, their rows deleted, before they could be delivered. */
  skipped: number;
  row: Row;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The parts of a topic, and the topic as all who follow it write it: with its id in lower case. */
export function readTopic(topic: Topic<StreamName>): { topic: Topic<StreamName>; name: StreamName; id: string } {
  const [name, id] = topic.split(':') as [StreamName, string]; // such is the form of a topic
  const lower = id.toLowerCase();
  // A malformed id would fail the statement that it shares with other streams.
  if (!UUID.test(lower)) throw new Problem('BAD_USER_INPUT', 'The id of a run is a UUID.');
  return { topic: `${name}:${lower}`, name, id: lower };
}
