import { rescueRuns } from '../actions/agents/rescueRuns.ts';
import type { Engine } from '../actions/writing/engine.ts';
import { LOST_AFTER_SECONDS, rescueCancelling, rescueTaskRun } from '../core/prefect1/rescue.ts';
import { addSeconds, type Instant } from '../core/values/instant.ts';
import { lockLostCancelling, lockLostTaskRuns } from '../store/agents/lostRuns.ts';
import type { Loop } from './loops.ts';

/** Small, so that other writers wait only briefly for the locks. */
const BATCH = 100;
/** The maximum of each kind in one round, so that runs that cannot be moved do not keep the loop in it. */
const MAX_RUNS = 5_000;

/**
 * Ends runs that lost their process. Running task runs of a flow run without a heartbeat are retried or fail;
 * cancelling flow runs without a heartbeat fail.
 */
export const zombieKiller = (everySeconds: number): Loop => ({
  name: 'zombieKiller',
  everyMs: everySeconds * 1000,
  async tick(engine, now) {
    const since = addSeconds(now, -LOST_AFTER_SECONDS);
    for (const kill of [killTaskRuns, killCancelling])
      for (let done = 0; done < MAX_RUNS; done += BATCH) if ((await kill(engine, since)) < BATCH) break;
  },
});

const killTaskRuns = (engine: Engine, since: Instant) =>
  rescueRuns(engine, async (transaction) =>
    (await lockLostTaskRuns(transaction, since, BATCH)).map((run) => ({
      flowRunId: run.flowRunId,
      taskRunId: run.id,
      rescue: rescueTaskRun(run),
    })),
  );

const killCancelling = (engine: Engine, since: Instant) =>
  rescueRuns(engine, async (transaction) =>
    (await lockLostCancelling(transaction, since, BATCH)).map(({ id }) => ({
      flowRunId: id,
      taskRunId: null,
      rescue: rescueCancelling(),
    })),
  );
