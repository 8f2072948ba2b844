import { addSeconds, type Instant } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';
import { PREFECT_1_SCHEDULED } from './prefect1Policy.ts';
import { PREFECT_1_DESCENDANTS } from './prefect1StateTree.ts';
import { prefect1Time } from './serializedState.ts';

// What becomes of runs whose heart stopped beating, and what their logs say. Users search their logs for these words and
// names. Source: prefect_server, services/towel/zombie_killer.py and lazarus.py.

/** A run that was silent for so long has lost its process. Clients beat every 30 seconds. */
export const LOST_AFTER_SECONDS = 600;

export interface LostTaskRun {
  id: string;
  /** Null where its client gave it none. */
  name: string | null;
  flowRunId: string;
  flowRunState: string;
  maxRetries: number;
  retryDelaySeconds: number;
  /** How often it was retried already. */
  retries: number;
}

export interface LostFlowRun {
  id: string;
  timesResurrected: number;
}

/** The next state of a lost run, as Prefect 1 serializes it, and the line for its log. */
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
  // No blank between the sentences: so the old server wrote it, and so it is searched for.
  const message = `No heartbeat detected from the remote task; retrying the run.This will be retry ${retry} of ${run.maxRetries}.`;
  return {
    state: (now) => ({
      type: 'Retrying',
      message,
      run_count: retry,
      start_time: prefect1Time(addSeconds(now, run.retryDelaySeconds)),
    }),
    line: { level: ERROR, name: logger, message },
  };
}

export const rescueCancelling = (): Rescue =>
  failing('prefect-server.ZombieKiller.FlowRun', 'No heartbeat detected from the flow run; marking the run as failed.');

const LAZARUS = 'Lazarus process';

/** How often a flow run is scheduled again in its life. */
export const RESURRECTIONS = 3;

/** Task runs in these states still keep their flow run alive, or will. A queued one does not. */
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
