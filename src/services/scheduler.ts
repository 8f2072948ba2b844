import { scheduleDeployments } from '../actions/deployments/scheduleDeployments.ts';
import { scheduleFlowRuns } from '../actions/prefect1Runs/scheduleFlowRuns.ts';
import { deploymentsDue } from '../store/deployments/scheduledDeployments.ts';
import { activeSchedules, FIRST_ID } from '../store/prefect1Flows/flowSchedules.ts';
import type { Loop } from './loops.ts';

const PAGE = 200;
/** Small: these deployments are locked together, and each creates up to 100 runs. */
const DEPLOYMENT_PAGE = 50;

/** Creates the next runs of all active schedules ahead of time, for Prefect 1 flows and for deployments. */
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
    for (let after: string | null = FIRST_ID; after !== null; ) {
      const due: string[] = await deploymentsDue(engine.database, now, after, DEPLOYMENT_PAGE);
      if (due.length > 0) {
        const scheduled = await engine.database.transaction((transaction) =>
          scheduleDeployments(transaction, due, now),
        );
        engine.streams.announce(scheduled.topics);
        faults.push(...scheduled.faults);
      }
      after = due.length === DEPLOYMENT_PAGE ? (due.at(-1) ?? null) : null;
    }
    if (faults.length > 0)
      throw new AggregateError(faults, `schedules whose runs could not be created: ${faults.length}`);
  },
});
