import { isJsonObject, type Json } from '../values/jsonObject.ts';
import type { ProposedState } from './state.ts';

/**
 * Whether a state's data refers to a persisted result: a JSON object that is not empty, and not the client's marker for
 * a result that it did not persist. Numbers, strings and lists are values, not references.
 * Source: Prefect 3, core_policy.py, _has_persisted_result.
 */
export const isKeptResult = (data: Json): boolean =>
  isJsonObject(data) && Object.keys(data).length > 0 && !isMark(data);

/** Returns the data to store for a state: null instead of the marker. */
export const storedData = ({ data }: Pick<ProposedState, 'data'>): Json => (isMark(data) ? null : data);

const isMark = (data: Json): boolean => isJsonObject(data) && data.type === 'unpersisted';
