import { count } from '../../core/checks/checkText.ts';
import { LIMITS } from '../../core/values/limits.ts';

/** What descriptions say about limits; going past one is BAD_USER_INPUT. */
export const LIMIT_TEXTS = {
  name: `1 to ${LIMITS.nameCharacters} characters.`,
  text: `At most ${LIMITS.nameCharacters} characters.`,
  message: `At most ${count(LIMITS.messageCharacters)} characters.`,
  tags: `At most ${LIMITS.tags} of ${LIMITS.tagCharacters} characters.`,
  labels: `At most ${LIMITS.labels} of ${count(LIMITS.labelValueCharacters)} characters.`,
  json: `At most ${count(LIMITS.jsonBytes)} bytes as JSON.`,
  parameters: `At most ${count(LIMITS.parameterBytes)} bytes as JSON.`,
  cacheKey: `At most ${count(LIMITS.cacheKeyCharacters)} characters.`,
  inputKey: `Lower-case letters, digits and dashes, 1 to ${LIMITS.inputKeyCharacters}.`,
  inputValue: `At most ${count(LIMITS.inputValueBytes)} bytes.`,
  retries: `0 to ${count(LIMITS.retries)}.`,
  retryDelay: `0 to ${count(LIMITS.retryDelaySeconds)}.`,
} as const;
