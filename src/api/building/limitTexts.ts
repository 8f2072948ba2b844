import { count } from '../../core/checks/checkText.ts';
import { LIMITS } from '../../core/values/limits.ts';

/** Limits, as descriptions state them. A value outside a limit fails with BAD_USER_INPUT. */
export const LIMIT_TEXTS = {
  name: `1 to ${LIMITS.nameCharacters} characters.`,
  text: `At most ${LIMITS.nameCharacters} characters.`,
  message: `At most ${count(LIMITS.messageCharacters)} characters.`,
  cutName: `All but the first ${LIMITS.nameCharacters} characters are removed.`,
  cutMessage: `A longer text than ${count(LIMITS.messageCharacters)} characters is cut to that length and ends with \`... [truncated]\`.`,
  tags: `At most ${LIMITS.tags} tags of 1 to ${LIMITS.tagCharacters} characters.`,
  labels:
    `At most ${LIMITS.labels} labels; keys have 1 to ${LIMITS.labelKeyCharacters} characters, values at most ` +
    `${count(LIMITS.labelValueCharacters)}.`,
  json: `At most ${count(LIMITS.jsonBytes)} bytes as JSON.`,
  parameters: `At most ${count(LIMITS.parameterBytes)} bytes as JSON.`,
  cacheKey: `At most ${count(LIMITS.cacheKeyCharacters)} characters.`,
  inputKey: `1 to ${LIMITS.inputKeyCharacters} lower-case letters, digits and dashes.`,
  inputValue: `At most ${count(LIMITS.inputValueBytes)} bytes.`,
  retries: `0 to ${count(LIMITS.retries)}.`,
  retryDelay: `0 to ${count(LIMITS.retryDelaySeconds)}.`,
} as const;
