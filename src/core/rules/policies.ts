import type { FlowRunMove, TaskRunMove } from '../runs/move.ts';
import { copyScheduledTime, preventPendingTransitions, waitForScheduledTime } from './anyRunRules.ts';
import {
  enforceDeploymentConcurrencyOnLate,
  secureFlowConcurrencySlots,
  secureTaskConcurrencySlots,
  secureWorkPoolSlots,
  validateDeploymentConcurrencyAtRunning,
} from './concurrencyRules.ts';
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

// A policy is a list of rules in order of priority. Releasing concurrency slots is in no list: it applies to all
// policies, and depends on the state that is written (concurrencyRules.ts, releaseOfSlots).

export const CORE_FLOW_RUN_RULES: readonly FlowRunRule[] = [
  preserveDeploymentConcurrencyLeaseId,
  preventDuplicateTransitions,
  handleFlowTerminalStateTransitions,
  enforceCancellingToCancelledTransition,
  bypassCancellingFlowRunsWithNoInfra,
  preventPendingTransitions,
  validateDeploymentConcurrencyAtRunning,
  secureWorkPoolSlots,
  secureFlowConcurrencySlots,
  ensureOnlyScheduledFlowsMarkedLate,
  enforceDeploymentConcurrencyOnLate,
  handlePausingFlows,
  handleResumingPausedFlows,
  copyScheduledTime,
  waitForScheduledTime,
  retryFailedFlows,
];

/** For forced transitions and for the first state of a run. Even a forced transition must obey these two rules. */
export const MINIMAL_FLOW_RUN_RULES: readonly FlowRunRule[] = [
  preventResultDataLoss,
  bypassCancellingFlowRunsWithNoInfra,
];

export const CORE_TASK_RUN_RULES: readonly TaskRunRule[] = [
  cacheRetrieval,
  handleTaskTerminalStateTransitions,
  preventRunningTasksFromStoppedFlows,
  // After the cache: a cached result needs no slot.
  secureTaskConcurrencySlots,
  copyScheduledTime,
  waitForScheduledTime,
  retryFailedTasks,
  renameReruns,
  updateFlowRunTrackerOnTasks,
  cacheInsertion,
];

export const MINIMAL_TASK_RUN_RULES: readonly TaskRunRule[] = [];

/** For task runs that workers pick up: they need no running flow run, and must not be picked up twice. */
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

/** For a state from a Prefect 1 client only prefect1Policy.ts applies: any state may follow any other. */
export function flowRunRulesFor({ force, proposed }: Pick<FlowRunMove, 'force' | 'proposed'>): readonly FlowRunRule[] {
  if (proposed.prefect1 !== null) return [];
  return force ? MINIMAL_FLOW_RUN_RULES : CORE_FLOW_RUN_RULES;
}

/** A deferred state belongs to a background task; `force` does not change its policy. */
export function taskRunRulesFor({ force, proposed }: Pick<TaskRunMove, 'force' | 'proposed'>): readonly TaskRunRule[] {
  if (proposed.prefect1 !== null) return [];
  if (proposed.details.deferred) return BACKGROUND_TASK_RUN_RULES;
  return force ? MINIMAL_TASK_RUN_RULES : CORE_TASK_RUN_RULES;
}
