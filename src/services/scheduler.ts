import { scheduleDeployments } from '../actions/deployments/scheduleDeployments.ts';
import { scheduleFlowRuns } from '../actions/prefect1Runs/scheduleFlowRuns.ts';
import { deploymentsDue } from '../store/deployments/scheduledDeployments.ts';
import { activeSchedules, FIRST_ID } from '../store/prefect1Flows/flowSchedules.ts';
import type { Loop } from './loops.ts';

const PAGE = 200;
/** Locked together, and a hundred runs each at most. */
const DEPLOYMENT_PAGE = 50;

/** Keeps the next runs of every active schedule waiting for their time: of Prefect 1's flows, and of deployments. */
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
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} runs could not be scheduled`);
  },
});
