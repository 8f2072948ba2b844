import type { Verdict } from '../../core/runs/move.ts';
import { isFinal, STATE_TYPES, type StateType } from '../../core/runs/state.ts';
import { PROBLEM_CODES, type ProblemCode } from '../../core/values/problem.ts';
import type { DeploymentSort } from '../../store/deployments/deployments.ts';
import type { FlowSort, LogSort, RunSort } from '../../store/query/sortOrders.ts';
import { builder } from './builder.ts';

/** Returns the values of an enum from a table of names and descriptions. */
export const described = <Name extends string>(table: { readonly [Key in Name]: string }) =>
  Object.fromEntries(
    Object.entries<string>(table).map(([name, description]) => [name, { value: name, description }]),
  ) as {
    // Object.fromEntries loses the type of the keys.
    [Key in Name]: { value: Key; description: string };
  };

const STATE_TYPE_MEANINGS: { [Type in StateType]: string } = {
  SCHEDULED: 'Waits for its scheduled time, or is due.',
  PENDING: 'Submitted to infrastructure, which is preparing to run it.',
  RUNNING: 'Executing.',
  COMPLETED: 'Ended successfully.',
  FAILED: 'Ended with an error in the user’s code.',
  CANCELLED: 'Cancelled by a client or by a rule.',
  CRASHED: 'Ended because its infrastructure failed.',
  PAUSED: 'Waits to be resumed.',
  CANCELLING: 'Cancellation was requested, but the run has not stopped yet.',
};

export const StateTypeEnum = builder.enumType('StateType', {
  description: 'The type of a state. The orchestration rules act on the type; the name of a state is for people.',
  values: described(
    Object.fromEntries(
      STATE_TYPES.map((type) => [type, `${STATE_TYPE_MEANINGS[type]}${isFinal(type) ? ' A final state.' : ''}`]),
    ) as { [Type in StateType]: string }, // STATE_TYPES contains every StateType.
  ),
});

const VERDICTS: { [Name in Verdict]: string } = {
  ACCEPT:
    'The proposed state was written, possibly with another name. From `cancelFlowRun` also: the run is already ' +
    'cancelled or cancelling, and nothing was written.',
  REJECT: 'Another state was written instead of the proposed one, or the run is unchanged. `reason` explains why.',
  ABORT: 'Nothing was written, and a retry will not help. `reason` explains why.',
  WAIT: 'Nothing was written. Propose the state again after `retryAfterSeconds`.',
};

export const VerdictEnum = builder.enumType('Verdict', {
  description: 'The verdict of the orchestration rules on a proposed state.',
  values: described(VERDICTS),
});

export const RetryTypeEnum = builder.enumType('RetryType', {
  description: 'How a failed flow run is retried. The values are those of Prefect 3.',
  values: described({
    in_process: 'The process that ran the flow waits for the delay and runs it again.',
    reschedule: 'New infrastructure runs the flow at the scheduled time of the retry.',
  }),
});

// Leaves out Hasura's codes: only reads of the Prefect 1 dialect return them, and they are not valid GraphQL names.
const NATIVE_CODES = Object.fromEntries(
  Object.entries(PROBLEM_CODES).filter(([code]) => /^[A-Z_]+$/.test(code)),
) as typeof PROBLEM_CODES; // No native field returns the others.

export const ProblemCodeEnum = builder.enumType('ProblemCode', {
  description: 'Why a request, or an entry of a batch, failed. `errors[].extensions.code` has the same values.',
  values: described<ProblemCode>(NATIVE_CODES),
});

const RUN_SORTS: { [Sort in RunSort]: string } = {
  ID_DESC: 'Newest first. Ids are in order of creation.',
  ID_ASC: 'Oldest first.',
  START_TIME_ASC: 'By start time, earliest first. A run that has not started is sorted by its expected start time.',
  START_TIME_DESC: 'By start time, latest first. A run that has not started is sorted by its expected start time.',
  EXPECTED_START_TIME_ASC: 'By expected start time, earliest first.',
  EXPECTED_START_TIME_DESC: 'By expected start time, latest first.',
  NAME_ASC: 'By name.',
  NAME_DESC: 'By name, in reverse order.',
  NEXT_SCHEDULED_START_TIME_ASC: 'By the time at which a scheduled run is due, earliest first.',
  END_TIME_DESC: 'By end time, latest first.',
};

export const RunSortEnum = builder.enumType('RunSort', {
  description: 'The order of a list of runs. Runs without a value in the sort field come last; ties are ordered by id.',
  values: described(RUN_SORTS),
});

const FLOW_SORTS: { [Sort in FlowSort]: string } = {
  ID_DESC: RUN_SORTS.ID_DESC,
  ID_ASC: RUN_SORTS.ID_ASC,
  NAME_ASC: RUN_SORTS.NAME_ASC,
  NAME_DESC: RUN_SORTS.NAME_DESC,
};

export const FlowSortEnum = builder.enumType('FlowSort', {
  description: 'The order of a list of flows.',
  values: described(FLOW_SORTS),
});

export const DeploymentSortEnum = builder.enumType('DeploymentSort', {
  description: 'The order of a list of deployments.',
  values: described<DeploymentSort>({ ...FLOW_SORTS, UPDATED_DESC: 'Most recently changed first.' }),
});

export const WorkPoolSortEnum = builder.enumType('WorkPoolSort', {
  description: 'The order of a list of work pools.',
  values: described(FLOW_SORTS),
});

const LOG_SORTS: { [Sort in LogSort]: string } = {
  TIMESTAMP_ASC: 'Oldest first. Lines with the same timestamp are ordered by id.',
  TIMESTAMP_DESC: 'Newest first.',
};

export const LogSortEnum = builder.enumType('LogSort', {
  description: 'The order of a list of log lines.',
  values: described(LOG_SORTS),
});

const STARTS = {
  BEGINNING: 'The first event: stored events come first, then new ones.',
  NOW: 'The next new event.',
} as const;

export const StreamStartEnum = builder.enumType('StreamStart', {
  description: 'The start of a subscription that has no cursor.',
  values: described(STARTS),
});
