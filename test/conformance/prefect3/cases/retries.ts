import type { ConformanceCase } from '../conformanceCase.ts';
import { inSeconds } from '../moments.ts';

const fail = { type: 'FAILED', message: 'boom' };
const RUN = { type: 'RUNNING' };

export const retriesCases: ConformanceCase[] = [
  {
    id: 'E02',
    title: 'an AwaitingRetry flow run waits for its scheduled time',
    run: async (lab) => {
      const run = await lab.run(RUN, { policy: { retries: 1, retryDelay: 50 } });
      await lab.api.setFlowRunState(run.id, fail);
      lab.waits(await lab.api.setFlowRunState(run.id, RUN), { type: 'SCHEDULED', name: 'AwaitingRetry', delay: 50 });
    },
  },
  {
    id: 'E04',
    title: 'FAILED is accepted if the retries of a flow run are 0 or null',
    run: async (lab) => {
      for (const policy of [{ retries: 0 }, { retries: null }, undefined]) {
        const run = await lab.run(RUN, { policy });
        lab.accepted(await lab.api.setFlowRunState(run.id, fail), { type: 'FAILED' }, JSON.stringify(policy));
      }
    },
  },
  {
    id: 'E06',
    title: 'a PENDING flow run that fails is not retried',
    run: async (lab) => {
      const run = await lab.run({ type: 'PENDING' }, { policy: { retries: 3 } });
      lab.accepted(await lab.api.setFlowRunState(run.id, fail), { type: 'FAILED' });
    },
  },
  {
    id: 'E08',
    title: 'a retry of a flow run empties its pause keys',
    run: async (lab) => {
      const run = await lab.run(RUN, { policy: { retries: 1, retryDelay: 0 } });
      lab.accepted(
        await lab.api.setFlowRunState(run.id, {
          type: 'PAUSED',
          details: { pauseKey: 'k', pauseTimeout: inSeconds(600) },
        }),
        { type: 'PAUSED' },
      );
      lab.accepted(await lab.api.setFlowRunState(run.id, RUN), { type: 'RUNNING' });
      lab.rejected(
        await lab.api.setFlowRunState(run.id, { type: 'PAUSED', details: { pauseKey: 'k' } }),
        { type: 'RUNNING' },
        'fired before the retry',
      );
      // Leaving the pause made the run count 2, so that the first failure would be final: give one more retry.
      const other = await lab.run(RUN, { policy: { retries: 2, retryDelay: 0 } });
      await lab.api.setFlowRunState(other.id, {
        type: 'PAUSED',
        details: { pauseKey: 'k', pauseTimeout: inSeconds(600) },
      });
      await lab.api.setFlowRunState(other.id, RUN);
      lab.rejected(
        await lab.api.setFlowRunState(other.id, fail),
        { type: 'SCHEDULED', name: 'AwaitingRetry' },
        'retry',
      );
      await lab.api.setFlowRunState(other.id, RUN);
      lab.accepted(
        await lab.api.setFlowRunState(other.id, {
          type: 'PAUSED',
          details: { pauseKey: 'k', pauseTimeout: inSeconds(600) },
        }),
        { type: 'PAUSED' },
        'fires again',
      );
    },
  },
  {
    id: 'E10',
    title: 'cancelling an AwaitingRetry flow run without a pid makes it CANCELLED',
    run: async (lab) => {
      const run = await lab.run(RUN, { policy: { retries: 1, retryDelay: 60 } });
      await lab.api.setFlowRunState(run.id, fail);
      lab.rejected(await lab.api.setFlowRunState(run.id, { type: 'CANCELLING' }), {
        type: 'CANCELLED',
        name: 'Cancelled',
      });
    },
  },
];
