import type { Json } from '../../../src/core/values/jsonObject.ts';
import type { Lab } from './lab.ts';
import { inSeconds } from './moments.ts';
import type { Details, StateInput } from './values.ts';

/** A state as the cases write it, without missing fields. */
export const state = (
  type: string,
  name?: string | null,
  details?: Partial<Details> | null,
  data?: Json,
): StateInput => ({
  type,
  ...(name && { name }),
  ...(details && { details }),
  ...(data === undefined ? {} : { data }),
});
export const past = () => ({ scheduledTime: inSeconds(-2) });
export const future = () => ({ scheduledTime: inSeconds(3600) });
export const PERSISTED = { type: 'reference', storage_key: 'k' };
export const TERMINAL = ['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'];
export const title = (type: string) => type.charAt(0) + type.slice(1).toLowerCase();
/** Proposes a state to a run with an expired pause. */
export const expired = async (lab: Lab, to: string) => {
  // The server's loop may end the run first. Then try again.
  for (let attempt = 0; ; attempt++) {
    const run = await lab.run(state('RUNNING'));
    await lab.raw.setFlowRunState(run.id, state('PAUSED', null, { pauseTimeout: inSeconds(-1) }), { force: true });
    const verdict = await lab.api.setFlowRunState(run.id, state(to));
    if (
      attempt < 3 &&
      (verdict.status !== 'REJECT' || verdict.state?.message === 'The flow was paused and never resumed.')
    )
      continue;
    return { run, verdict };
  }
};
