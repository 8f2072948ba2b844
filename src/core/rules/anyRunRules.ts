import type { Instant } from '../values/instant.ts';
import { type AnyRunRule, abort, pass, wait, withDetails } from './rule.ts';

// Rules for both flow runs and task runs. Source: Prefect 3, server/orchestration/core_policy.py.

/** Prevents two workers from submitting the same run. A PENDING run can only change the name of its state. */
export const preventPendingTransitions: AnyRunRule = {
  name: 'PreventPendingTransitions',
  from: ['PENDING', 'CANCELLING', 'RUNNING', 'CANCELLED'],
  to: ['PENDING'],
  apply({ initial, proposed }) {
    if (initial.type === 'PENDING' && proposed.name !== initial.name && proposed.name !== 'Pending') {
      const { scheduledTime, deploymentConcurrencyLeaseId } = initial.details;
      return pass(withDetails(proposed, { scheduledTime, deploymentConcurrencyLeaseId }));
    }
    return abort(`This run is in a ${initial.type} state and cannot transition to a PENDING state.`);
  },
};

/** A PENDING state keeps the scheduled time. */
export const copyScheduledTime: AnyRunRule = {
  name: 'CopyScheduledTime',
  from: ['SCHEDULED'],
  to: ['PENDING'],
  apply: ({ initial, proposed }) =>
    pass(withDetails(proposed, { scheduledTime: proposed.details.scheduledTime ?? initial.details.scheduledTime })),
};

export const waitForScheduledTime: AnyRunRule = {
  name: 'WaitForScheduledTime',
  from: ['SCHEDULED', 'PENDING'],
  to: ['RUNNING'],
  apply({ now, initial, proposed }) {
    const { scheduledTime } = initial.details;
    const seconds = scheduledTime === null ? 0 : nearestSeconds(now, scheduledTime);
    return seconds > 0 ? wait(seconds, 'Scheduled time is in the future') : pass(proposed);
  },
};

/** Returns whole seconds. A half is rounded down, so that a run that is due in half a second can start. */
function nearestSeconds(from: Instant, to: Instant): number {
  const seconds = Math.floor((to - from) / 1_000_000);
  const rest = to - from - seconds * 1_000_000;
  return rest > 500_000 ? seconds + 1 : seconds;
}
