import type { Decision, Verdict } from '../../core/runs/move.ts';
import type { State, StateRequest } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Topic } from '../../streams/streams.ts';

/** The result of proposing a state. Verdicts other than ACCEPT are answers, not errors. */
export interface MoveOutcome<RunState extends State = State> {
  verdict: Verdict;
  /** The name of the rule that decided; null if every rule accepted the state, or the use case refused without rules. */
  rule: string | null;
  /** Why the proposed state was not accepted; null with ACCEPT. */
  reason: string | null;
  /** With WAIT: propose the state again after this many seconds. */
  retryAfterSeconds: number | null;
  /** Whether a new state was written: with ACCEPT, or if a rule replaced the proposed state. */
  written: boolean;
  runId: string;
  /** The run's state after the move. */
  state: RunState;
}

/**
 * The part of an outcome that is stored for repeated requests; the state is read by its id. Answers stored by version 0.1 have
 * no `rule`; clients read them as null.
 */
export type MoveAnswer = Omit<MoveOutcome, 'state'> & { stateId: string };

/** The result of moving runs in one transaction. */
export interface Moved<RunState extends State> {
  answers: (MoveAnswer | Problem)[];
  /** The written states, by id. Complete when the transaction has ended. */
  states: Map<string, RunState>;
  topics: Set<Topic>;
}

/** A refusal without a rule, for use cases that check the run's state themselves. */
export interface Refusal {
  verdict: Verdict;
  reason: string;
}

/** What a use case proposes for a locked run: a state, or a refusal with its reason. A Problem fails the request. */
export type Proposal = { state: StateRequest; force: boolean } | Refusal | Problem;

export const answerOf = (
  runId: string,
  decision: Pick<Decision, 'verdict' | 'rule' | 'reason' | 'retryAfterSeconds'>,
  stateId: string,
  written: boolean,
): MoveAnswer => ({
  verdict: decision.verdict,
  rule: decision.rule,
  reason: decision.reason,
  retryAfterSeconds: decision.retryAfterSeconds,
  written,
  runId,
  stateId,
});

/** Whether a run belongs to a tenant. Null matches every tenant. */
export const isOf = (tenantId: string | null, run: { tenantId: string }): boolean =>
  tenantId === null || run.tenantId === tenantId;

/** What a job proposes for a run in its current state; an answer if it proposes nothing. */
export function proposalOf<Current extends { run: { id: string; version: number }; initial: State }>(
  job: { expectedVersion: number | null; propose: (current: Current) => Proposal },
  current: Current,
): { proposal: Exclude<Proposal, Refusal | Problem> } | { answer: MoveAnswer | Problem } {
  const conflict = checkVersion(job.expectedVersion, current.run.version);
  if (conflict) return { answer: conflict };
  const proposal = job.propose(current);
  if (proposal instanceof Problem) return { answer: proposal };
  if (!('verdict' in proposal)) return { proposal };
  const decision = { ...proposal, rule: null, retryAfterSeconds: null };
  return { answer: answerOf(current.run.id, decision, current.initial.id, false) };
}

/** Compare-and-set: returns a Problem if the run has changed since the caller read it. */
function checkVersion(expected: number | null, current: number): Problem | null {
  if (expected === null || expected === current) return null;
  return new Problem('VERSION_CONFLICT', `The run is at version ${current}, not ${expected}. Read it again.`, {
    currentVersion: current,
  });
}
