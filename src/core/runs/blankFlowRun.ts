import type { Instant } from '../values/instant.ts';
import { blankRun } from './blankRun.ts';
import { type FlowRun, type FlowRunPolicy, type Labels, NO_FLOW_RUN_POLICY } from './run.ts';

/** The fields of a flow run that have a default: missing and null mean the default. */
type Optional = {
  [Field in
    | 'deploymentId'
    | 'parentTaskRunId'
    | 'flowVersion'
    | 'parameters'
    | 'context'
    | 'tags'
    | 'labels'
    | 'jobVariables'
    | 'idempotencyKey'
    | 'workQueueId'
    | 'autoScheduled']?: FlowRun[Field] | null | undefined;
};

/** A new flow run, as its creator describes it. */
export interface NewFlowRun extends Pick<FlowRun, 'id' | 'tenantId' | 'flowId' | 'name'>, Optional {
  policy?: Partial<FlowRunPolicy> | null | undefined;
}

/**
 * Returns a flow run that has no state yet; `beginFlowRun` gives it one.
 * @param inherited the labels of its deployment, or of its flow if it has no deployment; the run's own labels win
 */
export function blankFlowRun(given: NewFlowRun, inherited: Labels, now: Instant): FlowRun {
  const { id, tenantId, flowId, name } = given;
  const deploymentId = given.deploymentId ?? null;
  return {
    ...blankRun(now),
    id,
    tenantId,
    flowId,
    deploymentId,
    parentTaskRunId: given.parentTaskRunId ?? null,
    name,
    flowVersion: given.flowVersion ?? null,
    parameters: given.parameters ?? {},
    context: given.context ?? {},
    policy: { ...NO_FLOW_RUN_POLICY, ...given.policy },
    tags: given.tags ?? [],
    labels: {
      ...inherited,
      'prefect.flow.id': flowId,
      ...(deploymentId && { 'prefect.deployment.id': deploymentId }),
      ...given.labels,
    },
    jobVariables: given.jobVariables ?? {},
    // An empty key is no key.
    idempotencyKey: given.idempotencyKey || null,
    infrastructurePid: null,
    workQueueId: given.workQueueId ?? null,
    autoScheduled: given.autoScheduled ?? false,
  };
}
