/** Descriptions of a state, as a client proposes it and as the server returns it. */
export const STATE_TEXTS = {
  name: 'A human-readable name. Defaults to the type in words, such as `Scheduled`.',
  message: 'A message that explains the state.',
  data: 'The result, or a reference to it.',
  details: 'Further details of the state.',
} as const;

export const DETAIL_TEXTS = {
  scheduledTime: 'When a SCHEDULED run is due.',
  childFlowRunId: 'For a task run that represents a subflow: the id of the subflow’s flow run.',
  cacheExpiration: 'When the cached result expires; null if it does not.',
  refreshCache: 'Whether to ignore a cached result and run the task.',
  deferred: 'Whether the state belongs to a background task run. The rules for background task runs then apply.',
  untrackableResult: 'Whether the result cannot be traced to the task runs that use it.',
  pauseTimeout: 'Until when a PAUSED run can be resumed. After that it fails.',
  pauseReschedule:
    'Whether the pause suspends the run: its infrastructure exits, and resuming schedules the run again.',
  pauseKey: 'The key of the pause. Each pause occurs once in a run.',
  runInputKeyset: 'Maps `schema`, `response` and `description` to the keys of the flow run inputs that the pause uses.',
  retriable: 'If false, a failed task run is not retried. True and null have no effect.',
  transitionId:
    'The id of the transition, chosen by the client. For a flow run, a repeated request with the same id gets the ' +
    'verdict REJECT while the run is in that state.',
  taskParametersId: 'The id under which the parameters of a background task run are stored.',
  traceparent: 'The W3C trace context.',
  deploymentConcurrencyLeaseId: 'The id of the lease on a slot of the deployment’s concurrency limit.',
} as const;

/** `force`, with the rules that apply nevertheless (core/rules/policies.ts). */
export const FORCE_TEXTS = {
  flowRun:
    'If true, skips the orchestration rules, so that any state can follow any other. Two rules still apply: a ' +
    'COMPLETED state with a stored result is not overwritten with one without a result, and a run without ' +
    'infrastructure becomes CANCELLED instead of CANCELLING. Defaults to false.',
  taskRun:
    'If true, skips the orchestration rules, so that any state can follow any other. A `deferred` state still ' +
    'follows the rules for background task runs. Defaults to false.',
} as const;
