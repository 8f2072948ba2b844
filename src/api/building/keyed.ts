import { LIMITS } from '../../core/values/limits.ts';
import type { builder } from './builder.ts';

export type InputFields = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>;

/** The `idempotencyKey` field of every mutation input. */
export const keyed = (t: InputFields) => ({
  idempotencyKey: t.string({
    description:
      'Makes the request safe to retry: a repeated request with the same key has no second effect and gets the ' +
      'first response. A different request with the same key fails with IDEMPOTENCY_KEY_REUSED. An empty key is ' +
      `ignored. At most ${LIMITS.idempotencyKeyCharacters} characters. The server keeps a key for 24 hours by ` +
      'default (FLOWQL_IDEMPOTENCY_HOURS).',
  }),
});
