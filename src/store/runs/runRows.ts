import type { CurrentState, RunChanges } from '../../core/runs/move.ts';
import type { Run } from '../../core/runs/run.ts';
import type { Prefect1State, ProposedState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Json, JsonObject } from '../../core/values/jsonObject.ts';
import { type ColumnTypes, FLOAT, INTEGER, JSONB, STATE_TYPE, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { column, type WrittenColumn } from '../query/writtenColumns.ts';
import { DETAILS, detailsFromJson, prefect1Columns } from './stateRows.ts';

// The columns that flow runs and task runs share. A run's row keeps a copy of its current state, without the data.

/** What every move changes. */
export const RUN_CHANGES: ColumnTypes<RunChanges> = {
  stateId: UUID,
  stateType: STATE_TYPE,
  stateName: TEXT,
  stateTimestamp: TIME,
  runCount: INTEGER,
  expectedStartTime: TIME,
  nextScheduledStartTime: TIME,
  startTime: TIME,
  endTime: TIME,
  totalRunTimeSeconds: FLOAT,
};

export const RUN: ColumnTypes<Run> = {
  id: UUID,
  created: TIME,
  updated: TIME,
  tenantId: UUID,
  name: TEXT,
  tags: JSONB,
  labels: JSONB,
  version: INTEGER,
  ...RUN_CHANGES,
};

/** The rest of the current state in a run's row. The Prefect 1 fields are null if no Prefect 1 client knows the run. */
export interface StateCopy {
  stateMessage: string | null;
  stateDetails: JsonObject;
  prefect1State: Prefect1State | null;
  serializedState: JsonObject | null;
  stateStartTime: Instant | null;
}

export const STATE_COPY: ColumnTypes<StateCopy> = {
  stateMessage: TEXT,
  stateDetails: JSONB,
  prefect1State: TEXT,
  serializedState: JSONB,
  stateStartTime: TIME,
};

/** The columns of `StateCopy`, as moves and inserts write them. */
export const stateCopyColumns = <Row>(
  stateOf: (row: Row) => Pick<ProposedState, 'message' | 'details' | 'prefect1'>,
): WrittenColumn<Row>[] => [
  column('state_message', TEXT, (row) => stateOf(row).message),
  column('state_details', DETAILS, (row) => stateOf(row).details),
  ...prefect1Columns('state_start_time', stateOf),
];

type Facts = Pick<Run, 'id' | 'version' | keyof RunChanges> & { policy: object };

/** A locked run's row and the database's clock. The policy holds only what was set. */
export type LockedRow<Of extends Facts> = Omit<Of, 'policy'> & {
  policy: Partial<Of['policy']>;
  now: Instant;
} & StateCopy;

/**
 * The current state of a run, from the run's row.
 * @param data the row has no data; null if it was not read
 */
export const currentStateFromRow = (row: Omit<Facts, 'policy'> & StateCopy, data: Json = null): CurrentState => ({
  initial: {
    id: row.stateId,
    version: row.version,
    type: row.stateType,
    name: row.stateName,
    timestamp: row.stateTimestamp,
    message: row.stateMessage,
    data,
    details: detailsFromJson(row.stateDetails),
  },
  prefect1:
    row.prefect1State === null
      ? null
      : { className: row.prefect1State, serialized: row.serializedState ?? {}, startTime: row.stateStartTime },
});
