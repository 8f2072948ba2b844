import type { ConformanceCase } from '../conformanceCase.ts';
import { inSeconds } from '../moments.ts';

const fail = { type: 'FAILED', message: 'boom' };
const RUN = { type: 'RUNNING' };

export const retriesCases: ConformanceCase[] = [
  {
    id: 'E02',
    title: 'AwaitingRetry in the future waits',
    run: async (lab) => {
      const run = await lab.run(RUN, { policy: { retries: 1, retryDelay: 50 } });
      await lab.api.setFlowRunState(run.id, fail);
      lab.waits(await lab.api.setFlowRunState(run.id, RUN), { type: 'SCHEDULED', name: 'AwaitingRetry', delay: 50 });
    },
  },
  {
    id: 'E04',
    title: 'retries 0 or null: FAILED is accepted',
    run: async (lab) => {
      for (const policy of [{ retries: 0 }, { retries: null }, undefined]) {
        const run = await lab.run(RUN, { policy });
        lab.accepted(await lab.api.setFlowRunState(run.id, fail), { type: 'FAILED' }, JSON.stringify(policy));
      }
    },
  },
  {
    id: 'E06',
    title: 'PENDING -> FAILED is not retried',
    run: async (lab) => {
      const run = await lab.run({ type: 'PENDING' }, { policy: { retries: 3 } });
      lab.accepted(await lab.api.setFlowRunState(run.id, fail), { type: 'FAILED' });
    },
  },
  {
    id: 'E08',
    title: 'a retry empties the pause keys',
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
      // leaving the pause made the run count 2, so the first failure would stick: give one more retry
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
    title: 'AwaitingRetry without pid -> CANCELLING becomes CANCELLED',
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
