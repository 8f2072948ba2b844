import { forgetDeletions } from '../store/flowRuns/flowRunChanges.ts';
import { DELETIONS_KEPT_SECONDS } from '../streams/changes/changeCursor.ts';
import type { Loop } from './loops.ts';

const BATCH = 1000;

/** Deletes the records of deleted flow runs when every cursor that needs them has expired. */
export const forgetDeletedFlowRuns: Loop = {
  name: 'forgetDeletedFlowRuns',
  everyMs: 60 * 60 * 1000,
  async tick({ database }) {
    while ((await forgetDeletions(database, DELETIONS_KEPT_SECONDS, BATCH)) === BATCH);
  },
};
