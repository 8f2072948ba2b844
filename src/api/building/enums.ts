import type { Verdict } from '../../core/runs/move.ts';
import { isFinal, STATE_TYPES, type StateType } from '../../core/runs/state.ts';
import { PROBLEM_CODES, type ProblemCode } from '../../core/values/problem.ts';
import type { DeploymentSort } from '../../store/deployments/deployments.ts';
import type { FlowSort, LogSort, RunSort } from '../../store/query/sortOrders.ts';
import { builder } from './builder.ts';

/** An enum whose values are their own names, from a table of name and description. */
export const described = <Name extends string>(table: { readonly [Key in Name]: string }) =>
  Object.fromEntries(
    Object.entries<string>(table).map(([name, description]) => [name, { value: name, description }]),
  ) as {
    // Object.fromEntries forgets which keys it was given
    [Key in Name]: { value: Key; description: string };
  };

const STATE_TYPE_MEANINGS: { [Type in StateType]: string } = {
  SCHEDULED: 'Will run at its scheduled time, or as soon as that is past.',
  PENDING: 'Handed to infrastructure that is preparing to run it.',
  RUNNING: 'At work.',
  COMPLETED: 'Ended well.',
  FAILED: 'Ended with an error in the user’s code.',
  CANCELLED: 'Ended because somebody asked for it.',
  CRASHED: 'Ended because its infrastructure did.',
  PAUSED: 'Waits to be resumed.',
  CANCELLING: 'Asked to stop, and not yet stopped.',
};

export const StateTypeEnum = builder.enumType('StateType', {
  description: 'The types of a state. A state has a type, on which rules act, and a name, which is for people.',
  values: described(
    Object.fromEntries(
      STATE_TYPES.map((type) => [type, `${STATE_TYPE_MEANINGS[type]}${isFinal(type) ? ' Final.' : ''}`]),
    ) as { [Type in StateType]: string }, // made of every StateType, one line above
  ),
});

const VERDICTS: { [Name in Verdict]: string } = {
  ACCEPT: 'The proposed state was written, perhaps with another name.',
  REJECT: 'Another state was written in place of the proposed one, or the run stays as it is. `reason` says why.',
  ABORT: 'Nothing was written, and asking again will not help. `reason` says why.',
  WAIT: 'Nothing was written. Ask again after `retryAfterSeconds`.',
};

export const VerdictEnum = builder.enumType('Verdict', {
  description: 'What the rules said to a proposed state.',
  values: described(VERDICTS),
});

export const RetryTypeEnum = builder.enumType('RetryType', {
  description: 'How a failed flow run is run again, in the words that engines know.',
  values: described({
    in_process: 'By the process that ran it, which waits for the delay.',
    reschedule: 'By new infrastructure, at the scheduled time of the retry.',
  }),
});

// Without Hasura's, which only reads of Prefect 1's dialect give, and which are no names to GraphQL.
const NATIVE_CODES = Object.fromEntries(
  Object.entries(PROBLEM_CODES).filter(([code]) => /^[A-Z_]+$/.test(code)),
) as typeof PROBLEM_CODES; // the others never come out of a native field

export const ProblemCodeEnum = builder.enumType('ProblemCode', {
  description: 'Why something was refused. The same codes stand in `errors[].extensions.code`.',
  values: described<ProblemCode>(NATIVE_CODES),
});

const RUN_SORTS: { [Sort in RunSort]: string } = {
  ID_DESC: 'The newest first: ids are made in the order of creation.',
  ID_ASC: 'The oldest first.',
  START_TIME_ASC: 'By start time; a run that has not started counts with its expected start time.',
  START_TIME_DESC: 'By start time, latest first; a run that has not started counts with its expected start time.',
  EXPECTED_START_TIME_ASC: 'By expected start time.',
  EXPECTED_START_TIME_DESC: 'By expected start time, latest first.',
  NAME_ASC: 'By name.',
  NAME_DESC: 'By name, backwards.',
  NEXT_SCHEDULED_START_TIME_ASC: 'By the time at which a scheduled run is due.',
  END_TIME_DESC: 'By end time, latest first.',
};

export const RunSortEnum = builder.enumType('RunSort', {
  description: 'The order of a list of runs. Runs without the time come last; runs that are equal follow their ids.',
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
  values: described<DeploymentSort>({ ...FLOW_SORTS, UPDATED_DESC: 'What was changed last comes first.' }),
});

export const WorkPoolSortEnum = builder.enumType('WorkPoolSort', {
  description: 'The order of a list of work pools.',
  values: described(FLOW_SORTS),
});

const LOG_SORTS: { [Sort in LogSort]: string } = {
  TIMESTAMP_ASC: 'The oldest first; lines of one run that share a timestamp, by their number.',
  TIMESTAMP_DESC: 'The newest first.',
};

export const LogSortEnum = builder.enumType('LogSort', {
  description: 'The order of a list of log lines.',
  values: described(LOG_SORTS),
});

const STARTS = {
  BEGINNING: 'From the first event on: what is stored first, then what happens.',
  NOW: 'Only what happens from now on.',
} as const;

export const StreamStartEnum = builder.enumType('StreamStart', {
  description: 'Where a subscription begins that is given no cursor.',
  values: described(STARTS),
});
