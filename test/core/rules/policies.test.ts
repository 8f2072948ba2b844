import { expect, test } from 'vitest';
import {
  BACKGROUND_TASK_RUN_RULES,
  CORE_FLOW_RUN_RULES,
  CORE_TASK_RUN_RULES,
  flowRunRulesFor,
  MINIMAL_FLOW_RUN_RULES,
  MINIMAL_TASK_RUN_RULES,
  taskRunRulesFor,
} from '../../../src/core/rules/policies.ts';
import { asked } from '../given.ts';

const names = (rules: readonly { name: string }[]) => rules.map(({ name }) => name);

test.each([
  [
    'core, for flow runs',
    CORE_FLOW_RUN_RULES,
    [
      'PreserveDeploymentConcurrencyLeaseId',
      'PreventDuplicateTransitions',
      'HandleFlowTerminalStateTransitions',
      'EnforceCancellingToCancelledTransition',
      'BypassCancellingFlowRunsWithNoInfra',
      'PreventPendingTransitions',
      'ValidateDeploymentConcurrencyAtRunning',
      'SecureWorkPoolSlots',
      'SecureFlowConcurrencySlots',
      'EnsureOnlyScheduledFlowsMarkedLate',
      'EnforceDeploymentConcurrencyOnLate',
      'HandlePausingFlows',
      'HandleResumingPausedFlows',
      'CopyScheduledTime',
      'WaitForScheduledTime',
      'RetryFailedFlows',
    ],
  ],
  ['minimal, for flow runs', MINIMAL_FLOW_RUN_RULES, ['PreventResultDataLoss', 'BypassCancellingFlowRunsWithNoInfra']],
  [
    'core, for task runs',
    CORE_TASK_RUN_RULES,
    [
      'CacheRetrieval',
      'HandleTaskTerminalStateTransitions',
      'PreventRunningTasksFromStoppedFlows',
      'SecureTaskConcurrencySlots',
      'CopyScheduledTime',
      'WaitForScheduledTime',
      'RetryFailedTasks',
      'RenameReruns',
      'UpdateFlowRunTrackerOnTasks',
      'CacheInsertion',
    ],
  ],
  ['minimal, for task runs', MINIMAL_TASK_RUN_RULES, []],
  [
    'background, for task runs',
    BACKGROUND_TASK_RUN_RULES,
    [
      'PreventPendingTransitions',
      'CacheRetrieval',
      'HandleTaskTerminalStateTransitions',
      'CopyScheduledTime',
      'CopyTaskParametersID',
      'WaitForScheduledTime',
      'RetryFailedTasks',
      'RenameReruns',
      'UpdateFlowRunTrackerOnTasks',
      'CacheInsertion',
    ],
  ],
])('the policy %s applies its rules in order', (_, rules, expected) => expect(names(rules)).toEqual(expected));

test('a forced move of a flow run uses the minimal policy', () => {
  expect(flowRunRulesFor({ force: false, proposed: asked({ type: 'RUNNING' }) })).toBe(CORE_FLOW_RUN_RULES);
  expect(flowRunRulesFor({ force: true, proposed: asked({ type: 'RUNNING' }) })).toBe(MINIMAL_FLOW_RUN_RULES);
});

test.each([
  [false, null, CORE_TASK_RUN_RULES],
  [true, null, MINIMAL_TASK_RUN_RULES],
  [true, false, MINIMAL_TASK_RUN_RULES],
  [false, true, BACKGROUND_TASK_RUN_RULES],
  [true, true, BACKGROUND_TASK_RUN_RULES],
])(
  'a deferred task run state uses the background policy even by force: force %s, deferred %s',
  (force, deferred, rules) =>
    expect(taskRunRulesFor({ force, proposed: asked({ type: 'RUNNING', details: { deferred } }) })).toBe(rules),
);
