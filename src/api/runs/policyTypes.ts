import { count } from '../../core/checks/checkText.ts';
import type { FlowRunPolicy, TaskRunPolicy } from '../../core/runs/run.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from '../building/builder.ts';
import { RetryTypeEnum } from '../building/enums.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';

const RETRIES = 'How many times a failed run is retried.';
const DELAY = 'The delay between a failure and the retry, in seconds.';
const DELAYS =
  'The delays between a failure and the first retry, the second retry and so on, in seconds. The last delay also ' +
  `applies to all later retries. At most ${LIMITS.retryDelays} delays.`;
const JITTER =
  'Randomizes each delay so that runs that failed together are not retried together. A delay becomes at most ' +
  '1 + `retryJitterFactor` times as long; its average stays about the same.';

export const FlowRunPolicyType = builder.objectRef<FlowRunPolicy>('FlowRunPolicy').implement({
  description: 'How a flow run is retried, and which of its pauses have occurred.',
  fields: (t) => ({
    retries: t.exposeInt('retries', { nullable: true, description: `${RETRIES} Null or 0 means never.` }),
    retryDelaySeconds: t.exposeFloat('retryDelaySeconds', {
      nullable: true,
      description: `${DELAY} Null means 0.`,
    }),
    retryType: t.expose('retryType', {
      type: RetryTypeEnum,
      nullable: true,
      description: 'How the current retry is made; null if the run is not being retried.',
    }),
    pauseKeys: t.exposeStringList('pauseKeys', {
      description:
        'The keys of the pauses that have occurred; at most one for each pause. A pause with one of these keys is ' +
        'rejected.',
    }),
    resuming: t.exposeBoolean('resuming', {
      description:
        'Whether the run has left a pause and has not entered RUNNING since. The next RUNNING state does not ' +
        'increase `runCount`.',
    }),
  }),
});

export const FlowRunPolicyInput = builder.inputType('FlowRunPolicyInput', {
  description: 'How a flow run is retried.',
  fields: (t) => ({
    retries: t.int({ description: `${RETRIES} ${LIMIT_TEXTS.retries} Defaults to 0.` }),
    retryDelaySeconds: t.float({
      description: `${DELAY} ${LIMIT_TEXTS.retryDelay} Defaults to 0.`,
    }),
  }),
});

export const TaskRunPolicyType = builder.objectRef<TaskRunPolicy>('TaskRunPolicy').implement({
  description: 'How a task run is retried.',
  fields: (t) => ({
    retries: t.exposeInt('retries', { nullable: true, description: `${RETRIES} Null or 0 means never.` }),
    retryDelaySeconds: t.exposeFloatList('retryDelaySeconds', {
      description: DELAYS,
    }),
    retryJitterFactor: t.exposeFloat('retryJitterFactor', {
      nullable: true,
      description: `${JITTER} Null or 0 means no jitter.`,
    }),
  }),
});

export const TaskRunPolicyInput = builder.inputType('TaskRunPolicyInput', {
  description: 'How a task run is retried.',
  fields: (t) => ({
    retries: t.int({ description: `${RETRIES} ${LIMIT_TEXTS.retries} Defaults to 0.` }),
    retryDelaySeconds: t.floatList({
      description: `${DELAYS} Each is ${LIMIT_TEXTS.retryDelay} Defaults to no delay.`,
    }),
    retryJitterFactor: t.float({
      description: `${JITTER} 0 to ${count(LIMITS.retryJitterFactor)}. Defaults to 0.`,
    }),
  }),
});
