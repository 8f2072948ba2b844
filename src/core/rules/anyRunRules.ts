import type { Instant } from '../values/instant.ts';
import { type AnyRunRule, abort, pass, wait, withDetails } from './rule.ts';

// The rules that flow runs and task runs have in common. Source: Prefect 3, server/orchestration/core_policy.py.

/** Keeps two workers from submitting the same run; only a run that is pending may become pending under another name. */
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

/** A pending run still knows when it is due. */
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

/** Whole seconds; a half is rounded down, so that a run due in half a second may start. */
function nearestSeconds(from: Instant, to: Instant): number {
  const seconds = Math.floor((to - from) / 1_000_000);
  const rest = to - from - seconds * 1_000_000;
  return rest > 500_000 ? seconds + 1 : seconds;
}
