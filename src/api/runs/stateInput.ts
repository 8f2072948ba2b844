import type { StateRequest } from '../../core/runs/state.ts';
import { builder } from '../building/builder.ts';
import { StateTypeEnum } from '../building/enums.ts';
import { given } from '../building/given.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { DETAIL_TEXTS, STATE_TEXTS } from './stateTexts.ts';

export const StateDetailsInput = builder.inputType('StateDetailsInput', {
  description: 'Details of a proposed state. Omitted and null fields are not set.',
  fields: (t) => ({
    scheduledTime: t.field({ type: 'DateTime', description: `${DETAIL_TEXTS.scheduledTime} Defaults to now.` }),
    childFlowRunId: t.id({ description: DETAIL_TEXTS.childFlowRunId }),
    cacheKey: t.string({
      description:
        'With COMPLETED: the result of the task run is cached under this key. With RUNNING: if a valid result is ' +
        `cached under this key, the task run becomes COMPLETED with that result instead. ${LIMIT_TEXTS.cacheKey} A ` +
        'longer key gets the verdict REJECT.',
    }),
    cacheExpiration: t.field({
      type: 'DateTime',
      description: DETAIL_TEXTS.cacheExpiration,
    }),
    refreshCache: t.boolean({ description: `${DETAIL_TEXTS.refreshCache} Defaults to false.` }),
    deferred: t.boolean({ description: DETAIL_TEXTS.deferred }),
    untrackableResult: t.boolean({
      description: `${DETAIL_TEXTS.untrackableResult} Defaults to false.`,
    }),
    pauseTimeout: t.field({ type: 'DateTime', description: DETAIL_TEXTS.pauseTimeout }),
    pauseReschedule: t.boolean({
      description: `${DETAIL_TEXTS.pauseReschedule} Defaults to false.`,
    }),
    pauseKey: t.string({ description: `${DETAIL_TEXTS.pauseKey} ${LIMIT_TEXTS.text}` }),
    runInputKeyset: t.field({
      type: 'StringMap',
      description: `${DETAIL_TEXTS.runInputKeyset} At most 20 entries.`,
    }),
    retriable: t.boolean({ description: DETAIL_TEXTS.retriable }),
    transitionId: t.id({
      description: DETAIL_TEXTS.transitionId,
    }),
    taskParametersId: t.id({ description: DETAIL_TEXTS.taskParametersId }),
    traceparent: t.string({ description: `${DETAIL_TEXTS.traceparent} ${LIMIT_TEXTS.text}` }),
    deploymentConcurrencyLeaseId: t.id({
      description: DETAIL_TEXTS.deploymentConcurrencyLeaseId,
    }),
  }),
});

export const StateInput = builder.inputType('StateInput', {
  description: 'A proposed state. The server assigns its id and timestamp.',
  fields: (t) => ({
    type: t.field({
      type: StateTypeEnum,
      required: true,
      description: 'The type, on which the orchestration rules act.',
    }),
    name: t.string({
      description: `${STATE_TEXTS.name} ${LIMIT_TEXTS.text}`,
    }),
    message: t.string({ description: `${STATE_TEXTS.message} ${LIMIT_TEXTS.message}` }),
    data: t.field({ type: 'JSON', description: `${STATE_TEXTS.data} ${LIMIT_TEXTS.json}` }),
    details: t.field({ type: StateDetailsInput, description: STATE_TEXTS.details }),
  }),
});

/** Returns the proposed state of an input. */
export function stateRequest({ details, ...state }: typeof StateInput.$inferInput): StateRequest {
  return { ...given(state), ...(details && { details: given(details) }) };
}
