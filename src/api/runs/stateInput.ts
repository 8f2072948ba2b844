import type { StateRequest } from '../../core/runs/state.ts';
import { builder } from '../building/builder.ts';
import { StateTypeEnum } from '../building/enums.ts';
import { given } from '../building/given.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';

export const StateDetailsInput = builder.inputType('StateDetailsInput', {
  description: 'What a client may say about a state beside its type and name. What is left out or null is not set.',
  fields: (t) => ({
    scheduledTime: t.field({ type: 'DateTime', description: 'When a SCHEDULED run is due; now where it is left out.' }),
    childFlowRunId: t.id({ description: 'On a state of a task run that stands for a subflow: the subflow’s run.' }),
    cacheKey: t.string({
      description:
        'Of a COMPLETED task run, its result may be used again under this key. Of a proposed RUNNING state, a valid ' +
        `result with this key is used instead of running. ${LIMIT_TEXTS.cacheKey} A longer one is rejected by verdict.`,
    }),
    cacheExpiration: t.field({
      type: 'DateTime',
      description: 'Until when the cached result is used; null is forever.',
    }),
    refreshCache: t.boolean({ description: 'True passes over a cached result. Default false.' }),
    deferred: t.boolean({ description: 'True for a task that runs in the background, under the rules for that.' }),
    untrackableResult: t.boolean({
      description: 'Whether the result cannot be followed to the task runs that take it. Default false.',
    }),
    pauseTimeout: t.field({ type: 'DateTime', description: 'Until when a PAUSED run can be resumed; then it fails.' }),
    pauseReschedule: t.boolean({
      description: 'True suspends: infrastructure exits, and a resume schedules the run again. Default false.',
    }),
    pauseKey: t.string({ description: `The name of a pause; each fires once in a run. ${LIMIT_TEXTS.text}` }),
    runInputKeyset: t.field({
      type: 'StringMap',
      description: 'The keys of the flow run inputs that the pause waits for: `schema`, `response`, `description`.',
    }),
    retriable: t.boolean({ description: 'False keeps a failed task run from being run again.' }),
    transitionId: t.id({
      description: 'An id of the step, chosen by the client: the same step sent again is not made twice.',
    }),
    taskParametersId: t.id({ description: 'Where the parameters of a background task are kept.' }),
    traceparent: t.string({ description: `W3C trace context. ${LIMIT_TEXTS.text}` }),
    deploymentConcurrencyLeaseId: t.id({
      description: 'The lease that holds a slot of the deployment’s concurrency limit.',
    }),
  }),
});

export const StateInput = builder.inputType('StateInput', {
  description: 'A state that is asked for. The server gives it its id and timestamp.',
  fields: (t) => ({
    type: t.field({ type: StateTypeEnum, required: true, description: 'On which rules act.' }),
    name: t.string({
      description: `For people; the type in words, \`Scheduled\`, where it is left out. ${LIMIT_TEXTS.text}`,
    }),
    message: t.string({ description: `Why, in words. ${LIMIT_TEXTS.message}` }),
    data: t.field({ type: 'JSON', description: `The result, or where it is kept. ${LIMIT_TEXTS.json}` }),
    details: t.field({ type: StateDetailsInput, description: 'What else the state knows.' }),
  }),
});

/** The state that an input asks for. */
export function stateRequest({ details, ...state }: typeof StateInput.$inferInput): StateRequest {
  return { ...given(state), ...(details && { details: given(details) }) };
}
