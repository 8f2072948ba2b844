import { statement } from '../../src/store/connection/database.ts';
import type { FlowRunChangesEvent } from '../../src/streams/streams.ts';

/** A list of flow runs as a front end keeps it, made of nothing but what it is told. */
export class RunList {
  /** By id: the name and the type of the state. */
  readonly runs = new Map<string, string>();
  cursor: string | null = null;
  counts: ReadonlyMap<string, number> | null = null;
  /** What was told, in words, for tests that look at it. */
  readonly told: string[] = [];

  apply({ cursor, isSnapshot, changes, counts }: FlowRunChangesEvent): void {
    if (isSnapshot) this.runs.clear();
    for (const { kind, flowRunId, run } of changes) {
      this.told.push(`${kind} ${run?.name ?? flowRunId}`);
      if (run) this.runs.set(flowRunId, shape(run));
      else this.runs.delete(flowRunId);
    }
    this.cursor = cursor;
    this.counts = counts;
  }

  /** As a list of runs that were read would look. */
  get shapes(): string[] {
    return [...this.runs].map(([id, text]) => `${id} ${text}`).sort();
  }
}

const shape = ({ name, stateType, version }: { name: string; stateType: string; version: number }) =>
  `${name} ${stateType} ${version}`;

export const shapesOf = (runs: readonly { id: string; name: string; stateType: string; version: number }[]) =>
  runs.map((run) => `${run.id} ${shape(run)}`).sort();

/** Gives its transaction a number and then does nothing: what others change meanwhile lies beyond the horizon. */
export const TAKE_A_NUMBER = statement('test.takeANumber', 'select pg_current_xact_id()::text');
