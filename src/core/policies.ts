import { copyScheduledTime, preventPendingTransitions, waitForScheduledTime } from './anyRunRules.ts';
import {
  bypassCancellingFlowRunsWithNoInfra,
  enforceCancellingToCancelledTransition,
  ensureOnlyScheduledFlowsMarkedLate,
  handleFlowTerminalStateTransitions,
  preserveDeploymentConcurrencyLeaseId,
  preventDuplicateTransitions,
  preventResultDataLoss,
  retryFailedFlows,
} from './flowRunRules.ts';
import type { FlowRunMove, TaskRunMove } from './move.ts';
import { handlePausingFlows, handleResumingPausedFlows } from './pauseRules.ts';
import type { FlowRunRule, TaskRunRule } from './rule.ts';
import {
  cacheInsertion,
  cacheRetrieval,
  copyTaskParametersId,
  handleTaskTerminalStateTransitions,
  preventRunningTasksFromStoppedFlows,
  renameReruns,
  retryFailedTasks,
  updateFlowRunTrackerOnTasks,
} from './taskRunRules.ts';

// A policy is a list of rules in the order of their priority. Concurrency slots are not limited yet: comments mark where
// their rules belong. What releases slots comes last in every list.

export const CORE_FLOW_RUN_RULES: readonly FlowRunRule[] = [
  preserveDeploymentConcurrencyLeaseId,
  preventDuplicateTransitions,
  handleFlowTerminalStateTransitions,
  enforceCancellingToCancelledTransition,
  bypassCancellingFlowRunsWithNoInfra,
  preventPendingTransitions,
  // Here a deployment's slot is checked (to RUNNING) and taken (to PENDING).
  ensureOnlyScheduledFlowsMarkedLate,
  handlePausingFlows,
  handleResumingPausedFlows,
  copyScheduledTime,
  waitForScheduledTime,
  retryFailedFlows,
];

/** For forced transitions and for the first state of a run. Force takes what a person wants, but keeps two promises. */
export const MINIMAL_FLOW_RUN_RULES: readonly FlowRunRule[] = [
  preventResultDataLoss,
  bypassCancellingFlowRunsWithNoInfra,
];

export const CORE_TASK_RUN_RULES: readonly TaskRunRule[] = [
  cacheRetrieval,
  handleTaskTerminalStateTransitions,
  preventRunningTasksFromStoppedFlows,
  // Here the slots of a task's tags are taken: after the cache, which needs none.
  copyScheduledTime,
  waitForScheduledTime,
  retryFailedTasks,
  renameReruns,
  updateFlowRunTrackerOnTasks,
  cacheInsertion,
];

export const MINIMAL_TASK_RUN_RULES: readonly TaskRunRule[] = [];

/** For task runs that a worker picks up: they have no flow run to run in, and must not be picked up twice. */
export const BACKGROUND_TASK_RUN_RULES: readonly TaskRunRule[] = [
  preventPendingTransitions,
  cacheRetrieval,
  handleTaskTerminalStateTransitions,
  copyScheduledTime,
  copyTaskParametersId,
  waitForScheduledTime,
  retryFailedTasks,
  renameReruns,
  updateFlowRunTrackerOnTasks,
  cacheInsertion,
];

/** A state that a Prefect 1 client sets goes by prefect1Policy.ts alone: any state may follow any other. */
export function flowRunRulesFor({ force, proposed }: Pick<FlowRunMove, 'force' | 'proposed'>): readonly FlowRunRule[] {
  if (proposed.prefect1 !== null) return [];
  return force ? MINIMAL_FLOW_RUN_RULES : CORE_FLOW_RUN_RULES;
}

/** A deferred state is a background task's, and force does not change that. */
export function taskRunRulesFor({ force, proposed }: Pick<TaskRunMove, 'force' | 'proposed'>): readonly TaskRunRule[] {
  if (proposed.prefect1 !== null) return [];
  if (proposed.details.deferred) return BACKGROUND_TASK_RUN_RULES;
  return force ? MINIMAL_TASK_RUN_RULES : CORE_TASK_RUN_RULES;
}
