import { statement } from '../../src/store/connection/database.ts';
import type { FlowRunChangesEvent } from '../../src/streams/streams.ts';

/** A list of flow runs as a front end keeps it, from events alone. */
export class RunList {
  /** The name, state type and version of each run by id. */
  readonly runs = new Map<string, string>();
  cursor: string | null = null;
  counts: ReadonlyMap<string, number> | null = null;
  /** All changes so far, as texts. */
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

  /** The list in the form of `shapesOf`. */
  get shapes(): string[] {
    return [...this.runs].map(([id, text]) => `${id} ${text}`).sort();
  }
}

const shape = ({ name, stateType, version }: { name: string; stateType: string; version: number }) =>
  `${name} ${stateType} ${version}`;

export const shapesOf = (runs: readonly { id: string; name: string; stateType: string; version: number }[]) =>
  runs.map((run) => `${run.id} ${shape(run)}`).sort();

/** Assigns a number to its transaction. Later changes of others then lie beyond the horizon. */
export const TAKE_A_NUMBER = statement('test.takeANumber', 'select pg_current_xact_id()::text');
