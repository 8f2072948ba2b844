import type { StateDetails, StateRequest } from '../runs/state.ts';
import { LIMITS } from '../values/limits.ts';
import { checkJson } from './checkJson.ts';
import { checkMessage, checkText, refuse } from './checkText.ts';

/** The details that are texts, each with its limit in characters. */
const TEXTS = {
  // Longer than a key may be: a rule refuses that with a verdict, and keeps the state that the run has.
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

/** Prefect uses three: schema, response and description. */
const KEYSET_ENTRIES = 20;

/** A state that a caller asks for, whole. An empty name is one; a missing one is filled in later. */
export function checkStateRequest(field: string, { name, message, data, details = {} }: StateRequest): void {
  if (name != null) checkText(`${field}.name`, name, LIMITS.nameCharacters);
  if (message != null) checkMessage(`${field}.message`, message);
  if (data != null) checkJson(`${field}.data`, data);
  // The cast: the keys of a constant are its type's keys.
  for (const key of Object.keys(TEXTS) as (keyof typeof TEXTS)[]) {
    const text = details[key];
    if (text != null) checkText(`${field}.details.${key}`, text, TEXTS[key]);
  }
  const keyset = Object.entries(details.runInputKeyset ?? {});
  const path = `${field}.details.runInputKeyset`;
  if (keyset.length > KEYSET_ENTRIES) refuse(path, `has too many keys: at most ${KEYSET_ENTRIES} are taken.`);
  for (const [use, key] of keyset) {
    checkText(`a key of ${path}`, use, LIMITS.nameCharacters);
    checkText(`${path}.${use}`, key, LIMITS.nameCharacters);
  }
}
