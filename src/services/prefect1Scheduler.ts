import { type EndedFlowSchedule, scheduleFlowRuns } from '../actions/prefect1Runs/scheduleFlowRuns.ts';
import { activeSchedules, turnOffFlowSchedules } from '../store/prefect1Flows/flowSchedules.ts';
import { inPages } from './inPages.ts';
import type { Loop } from './loops.ts';

const PAGE = 200;

/**
 * Creates the next runs of all active schedules of Prefect 1 flows ahead of time. Turns off schedules without a time in the
 * future.
 */
export const prefect1Scheduler = (everySeconds: number, onEnded: (schedule: EndedFlowSchedule) => void): Loop => ({
  name: 'prefect1Scheduler',
  everyMs: everySeconds * 1000,
  async tick(engine, now) {
    const faults: unknown[] = [];
    const read = (after: string, limit: number) => activeSchedules(engine.database, after, limit);
    for await (const flows of inPages(PAGE, read, ({ id }) => id)) {
      const scheduled = await scheduleFlowRuns(engine, flows, now);
      faults.push(...scheduled.faults);
      const off = await turnOffFlowSchedules(engine.database, scheduled.ended);
      for (const schedule of scheduled.ended) if (off.has(schedule.id)) onEnded(schedule);
    }
    if (faults.length > 0) throw new AggregateError(faults, `flows whose runs could not be created: ${faults.length}`);
  },
});
