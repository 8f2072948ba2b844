import { addSeconds, type Instant, LAST_INSTANT } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';
import { PREFECT_1_SCHEDULED } from './prefect1Policy.ts';
import { PREFECT_1_DESCENDANTS } from './prefect1StateTree.ts';
import { prefect1Time } from './serializedState.ts';

// The next states of runs without heartbeats, and the lines for their logs. Users search logs for these messages and
// names: do not change them. Source: prefect_server, services/towel/zombie_killer.py and lazarus.py.

/** After this long without a heartbeat a run counts as lost. Clients send one every 30 seconds. */
export const LOST_AFTER_SECONDS = 600;

export interface LostTaskRun {
  id: string;
  /** Null if the client set none. */
  name: string | null;
  flowRunId: string;
  flowRunState: string;
  maxRetries: number;
  retryDelaySeconds: number;
  /** The number of retries so far. */
  retries: number;
}

export interface LostFlowRun {
  id: string;
  timesResurrected: number;
}

/** The next state of a lost run, serialized as in Prefect 1, and the line for its log. */
export interface Rescue {
  state: (now: Instant) => JsonObject;
  line: { level: number; name: string; message: string };
}

const [INFO, ERROR] = [20, 40];

const failing = (name: string, message: string): Rescue => ({
  state: () => ({ type: 'Failed', message }),
  line: { level: ERROR, name, message },
});

export function rescueTaskRun(run: LostTaskRun): Rescue {
  const logger = 'prefect-server.ZombieKiller.TaskRun';
  if (run.flowRunState !== 'Running' || run.retries >= run.maxRetries) {
    const who = `${run.id} (${run.name ?? 'None'})`;
    return failing(logger, `No heartbeat detected from the remote task; marking the task run ${who} as failed.`);
  }
  const retry = run.retries + 1;
  // No blank between the sentences: the message is Prefect Server's, unchanged.
  const message = `No heartbeat detected from the remote task; retrying the run.This will be retry ${retry} of ${run.maxRetries}.`;
  return {
    state: (now) => ({
      type: 'Retrying',
      message,
      run_count: retry,
      start_time: prefect1Time(retryAt(now, run.retryDelaySeconds)),
    }),
    line: { level: ERROR, name: logger, message },
  };
}

/**
 * Clients may send any delay, and the round that finds the run must not fail because of it: a retry is neither in the past
 * nor after the last time that can be stored.
 */
const retryAt = (now: Instant, delaySeconds: number): Instant =>
  Math.min(addSeconds(now, Math.max(delaySeconds, 0)), LAST_INSTANT);

export const rescueCancelling = (): Rescue =>
  failing('prefect-server.ZombieKiller.FlowRun', 'No heartbeat detected from the flow run; marking the run as failed.');

const LAZARUS = 'Lazarus process';

/** How many times in total a flow run is rescheduled. */
export const RESURRECTIONS = 3;

/** Task runs in these states keep their flow run alive. Queued ones do not. */
export const GOING_ON = [
  ...PREFECT_1_SCHEDULED.filter((state) => state !== 'Queued'),
  ...PREFECT_1_DESCENDANTS.Running,
];

export function resurrect({ timesResurrected }: LostFlowRun): Rescue {
  const logger = 'prefect-server.Lazarus.FlowRun';
  if (timesResurrected >= RESURRECTIONS)
    return failing(
      logger,
      `A ${LAZARUS} attempted to reschedule this run ${RESURRECTIONS} times without success. Marking as failed.`,
    );
  const message = `Rescheduled by a ${LAZARUS}.`;
  return {
    state: () => ({ type: 'Scheduled', message }),
    line: { level: INFO, name: logger, message: `${message} This is attempt ${timesResurrected + 1}.` },
  };
}
