import type { SetStateOptions } from './api.ts';
import type { Lab } from './lab.ts';
import type { Details, PolicyInput, StateInput } from './values.ts';

export interface Row {
  id: string;
}
export const set = (lab: Lab, run: Row, state: string | StateInput, options: SetStateOptions = {}) =>
  lab.api.setTaskRunState(run.id, typeof state === 'string' ? { type: state } : state, options);
export const read = (lab: Lab, run: Row) => lab.api.readTaskRun(run.id);
export const PERSISTED = { type: 'reference', storage_key: 'k' };
export const fail = { type: 'FAILED', message: 'boom' };
export const retriesRun = (lab: Lab, policy: PolicyInput) => lab.task({ type: 'RUNNING' }, { policy });
export const cached = (key: string, more: Partial<Details> = {}) => ({
  type: 'COMPLETED',
  data: PERSISTED,
  details: { cacheKey: key, ...more },
});
