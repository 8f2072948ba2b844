import { type EndedSchedule, scheduleDeployments } from '../actions/deployments/scheduleDeployments.ts';
import type { Instant } from '../core/values/instant.ts';
import { turnOffSchedules } from '../store/deployments/deploymentSchedules.ts';
import { deploymentsDue } from '../store/deployments/scheduledDeployments.ts';
import { inPages } from './inPages.ts';
import type { Loop } from './loops.ts';

/** Small: these deployments are locked together, each has up to 100 schedules, and each schedule creates up to 100 runs. */
const PAGE = 10;

/**
 * Creates the next runs of all active schedules of deployments ahead of time. Turns off schedules without a time in the
 * future.
 */
export const deploymentScheduler = (everySeconds: number, onEnded: (schedule: EndedSchedule) => void): Loop => ({
  name: 'deploymentScheduler',
  everyMs: everySeconds * 1000,
  async tick(engine, now: Instant) {
    const faults: unknown[] = [];
    const read = (after: string, limit: number) => deploymentsDue(engine.database, now, after, limit);
    for await (const due of inPages(PAGE, read, (id) => id)) {
      const { topics, ended, ...scheduled } = await engine.database.transaction(async (transaction) => {
        const scheduled = await scheduleDeployments(transaction, due, now);
        await turnOffSchedules(
          transaction,
          scheduled.ended.map(({ scheduleId }) => scheduleId),
        );
        return scheduled;
      });
      engine.streams.announce(topics);
      for (const schedule of ended) onEnded(schedule);
      faults.push(...scheduled.faults);
    }
    if (faults.length > 0)
      throw new AggregateError(faults, `schedules whose runs could not be created: ${faults.length}`);
  },
});
