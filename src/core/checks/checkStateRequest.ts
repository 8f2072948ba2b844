import type { StateDetails, StateRequest } from '../runs/state.ts';
import { LIMITS } from '../values/limits.ts';
import { checkJson } from './checkJson.ts';
import { checkMessage, checkText, keyOf, refuse } from './checkText.ts';

/** The string details, each with its limit in characters. */
const TEXTS = {
  // Longer than the limit of a cache key: a rule rejects the longer ones with a verdict, and the run keeps its state.
  cacheKey: 10_000,
  pauseKey: LIMITS.nameCharacters,
  traceparent: LIMITS.nameCharacters,
  flowRunId: LIMITS.nameCharacters,
  taskRunId: LIMITS.nameCharacters,
  childFlowRunId: LIMITS.nameCharacters,
  transitionId: LIMITS.nameCharacters,
  taskParametersId: LIMITS.nameCharacters,
  deploymentConcurrencyLeaseId: LIMITS.nameCharacters,
} as const satisfies { [Key in keyof StateDetails]?: number };

/** Prefect uses three keys: schema, response and description. */
const KEYSET_ENTRIES = 20;

/** Checks all parts of a requested state. An empty name is valid; `proposeState` completes a missing one. */
export function checkStateRequest(field: string, { name, message, data, details = {} }: StateRequest): void {
  if (name != null) checkText(`${field}.name`, name, LIMITS.nameCharacters);
  if (message != null) checkMessage(`${field}.message`, message);
  if (data != null) checkJson(`${field}.data`, data);
  // The cast: the keys of a constant are the keys of its type.
  for (const key of Object.keys(TEXTS) as (keyof typeof TEXTS)[]) {
    const text = details[key];
    if (text != null) checkText(`${field}.details.${key}`, text, TEXTS[key]);
  }
  const keyset = Object.entries(details.runInputKeyset ?? {});
  const path = `${field}.details.runInputKeyset`;
  if (keyset.length > KEYSET_ENTRIES) refuse(path, `must have at most ${KEYSET_ENTRIES} keys.`);
  for (const [use, key] of keyset) {
    checkText(keyOf(path), use, LIMITS.nameCharacters);
    checkText(`${path}.${use}`, key, LIMITS.nameCharacters);
  }
}
