import type { FlowRunMove, TaskRunMove } from '../runs/move.ts';
import { copyScheduledTime, preventPendingTransitions, waitForScheduledTime } from './anyRunRules.ts';
import {
  enforceDeploymentConcurrencyOnLate,
  secureFlowConcurrencySlots,
  secureTaskConcurrencySlots,
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

// A policy is a list of rules in the order of their priority. What releases concurrency slots stands in none of them: it
// holds for all, and looks at what is written (concurrencyRules.ts, releaseOfSlots).

export const CORE_FLOW_RUN_RULES: readonly FlowRunRule[] = [
  preserveDeploymentConcurrencyLeaseId,
  preventDuplicateTransitions,
  handleFlowTerminalStateTransitions,
  enforceCancellingToCancelledTransition,
  bypassCancellingFlowRunsWithNoInfra,
  preventPendingTransitions,
  validateDeploymentConcurrencyAtRunning,
  secureFlowConcurrencySlots,
  ensureOnlyScheduledFlowsMarkedLate,
  enforceDeploymentConcurrencyOnLate,
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
  // After the cache, which needs no slot.
  secureTaskConcurrencySlots,
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
