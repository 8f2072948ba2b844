import { scheduleFlowRuns } from '../actions/scheduleFlowRuns.ts';
import { activeSchedules, FIRST_ID } from '../store/flowSchedules.ts';
import type { Loop } from './loops.ts';

const PAGE = 200;

/** Keeps the next runs of every active schedule waiting for their time. */
export const scheduler = (everySeconds: number): Loop => ({
  name: 'scheduler',
  everyMs: everySeconds * 1000,
  async tick(engine, now) {
    const faults: unknown[] = [];
    for (let after: string | null = FIRST_ID; after !== null; ) {
      const flows = await activeSchedules(engine.database, after, PAGE);
      faults.push(...(await scheduleFlowRuns(engine, flows, now)));
      after = flows.length === PAGE ? (flows.at(-1)?.id ?? null) : null;
    }
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} runs could not be scheduled`);
  },
});
