import type { Json } from '../values/jsonObject.ts';
import type { ProposedState } from './state.ts';

/**
 * Whether a state's data stands for a result that is kept somewhere: a JSON object that says something, other than the
 * client's mark for a result that it did not keep. Numbers, texts and lists are values, not places.
 * Source: Prefect 3, core_policy.py, _has_persisted_result.
 */
export const isKeptResult = (data: Json): boolean =>
  typeof data === 'object' && data !== null && !Array.isArray(data) && Object.keys(data).length > 0 && !isMark(data);

/** What is stored of a state's data: all but the mark. */
export const storedData = ({ data }: Pick<ProposedState, 'data'>): Json => (isMark(data) ? null : data);

const isMark = (data: Json): boolean =>
  typeof data === 'object' && data !== null && !Array.isArray(data) && data.type === 'unpersisted';
