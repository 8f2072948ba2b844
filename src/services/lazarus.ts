import { rescueRuns } from '../actions/agents/rescueRuns.ts';
import type { Engine } from '../actions/writing/engine.ts';
import { GOING_ON, LOST_AFTER_SECONDS, RESURRECTIONS, resurrect } from '../core/prefect1/rescue.ts';
import { addSeconds, type Instant } from '../core/values/instant.ts';
import { countResurrections, lockStranded } from '../store/agents/lostRuns.ts';
import type { Loop } from './loops.ts';

/** Small, so that other writers wait only briefly for the locks. */
const BATCH = 100;
/** The maximum in one round: agents would not pick up more. */
const MAX_RUNS = 500;

/** Reschedules flow runs that lost their process and have no active task run; after three times they fail. */
export const lazarus = (everySeconds: number): Loop => ({
  name: 'lazarus',
  everyMs: everySeconds * 1000,
  async tick(engine, now) {
    const since = addSeconds(now, -LOST_AFTER_SECONDS);
    for (let done = 0; done < MAX_RUNS; done += BATCH) if ((await raise(engine, since)) < BATCH) return;
  },
});

const raise = (engine: Engine, since: Instant) =>
  rescueRuns(engine, async (transaction) => {
    const stranded = await lockStranded(transaction, since, BATCH, GOING_ON);
    const raised = stranded.filter(({ timesResurrected }) => timesResurrected < RESURRECTIONS);
    if (raised.length > 0)
      await countResurrections(
        transaction,
        raised.map(({ id }) => id),
      );
    return stranded.map((run) => ({ flowRunId: run.id, taskRunId: null, rescue: resurrect(run) }));
  });
