import { LIMITS } from '../../core/values/limits.ts';
import type { builder } from './builder.ts';

export type InputFields = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>;

/** The field that every mutation's input has. */
export const keyed = (t: InputFields) => ({
  idempotencyKey: t.string({
    description:
      'The same request sent again with the same key has no second effect and gets the same answer; another request ' +
      `with the key is IDEMPOTENCY_KEY_REUSED. Empty is no key. At most ${LIMITS.idempotencyKeyCharacters} characters.`,
  }),
});
