import { count } from '../../core/checks/checkText.ts';
import type { FlowRunPolicy, TaskRunPolicy } from '../../core/runs/run.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from '../building/builder.ts';
import { RetryTypeEnum } from '../building/enums.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';

export const FlowRunPolicyType = builder.objectRef<FlowRunPolicy>('FlowRunPolicy').implement({
  description: 'How a flow run is run again, and what is known of its pauses.',
  fields: (t) => ({
    retries: t.exposeInt('retries', { nullable: true, description: 'How often a failed run is run again.' }),
    retryDelaySeconds: t.exposeFloat('retryDelaySeconds', {
      nullable: true,
      description: 'Seconds between a failure and the next run.',
    }),
    retryType: t.expose('retryType', {
      type: RetryTypeEnum,
      nullable: true,
      description: 'How the present retry is made; null while there is none.',
    }),
    pauseKeys: t.exposeStringList('pauseKeys', {
      description: 'The keys of the pauses that have fired; each fires once. At most one for each pause.',
    }),
    resuming: t.exposeBoolean('resuming', {
      description: 'Whether a pause was left and the run has not gone on yet; its next RUNNING is not a new run.',
    }),
  }),
});

export const FlowRunPolicyInput = builder.inputType('FlowRunPolicyInput', {
  description: 'How a flow run is run again.',
  fields: (t) => ({
    retries: t.int({ description: `How often a failed run is run again. ${LIMIT_TEXTS.retries} Default 0.` }),
    retryDelaySeconds: t.float({
      description: `Seconds between a failure and the next run. ${LIMIT_TEXTS.retryDelay} Default 0.`,
    }),
  }),
});

export const TaskRunPolicyType = builder.objectRef<TaskRunPolicy>('TaskRunPolicy').implement({
  description: 'How a task run is run again.',
  fields: (t) => ({
    retries: t.exposeInt('retries', { nullable: true, description: 'How often a failed run is run again.' }),
    retryDelaySeconds: t.exposeFloatList('retryDelaySeconds', {
      description: `Seconds before each retry; the last one is used again. At most ${LIMITS.retryDelays}.`,
    }),
    retryJitterFactor: t.exposeFloat('retryJitterFactor', {
      nullable: true,
      description: 'By how much of itself a delay is made longer at most, at random.',
    }),
  }),
});

export const TaskRunPolicyInput = builder.inputType('TaskRunPolicyInput', {
  description: 'How a task run is run again.',
  fields: (t) => ({
    retries: t.int({ description: `How often a failed run is run again. ${LIMIT_TEXTS.retries} Default 0.` }),
    retryDelaySeconds: t.floatList({
      description: `Seconds before each retry, ${LIMIT_TEXTS.retryDelay} The last one is used again. At most ${LIMITS.retryDelays}. Default none.`,
    }),
    retryJitterFactor: t.float({
      description: `By how much of itself a delay is made longer at most, at random. 0 to ${count(LIMITS.retryJitterFactor)}. Default 0.`,
    }),
  }),
});
