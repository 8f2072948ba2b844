import type { Decision, Verdict } from '../../core/runs/move.ts';
import type { State, StateRequest } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Topic } from '../../streams/streams.ts';

/** What became of a proposed state. Verdicts other than ACCEPT are answers, not errors. */
export interface MoveOutcome<RunState extends State = State> {
  verdict: Verdict;
  /** Why the state was not accepted as proposed; null with ACCEPT. */
  reason: string | null;
  /** With WAIT: propose the state again after so many seconds. */
  retryAfterSeconds: number | null;
  /** Whether a new state was written: with ACCEPT, and where a rule put another state in the proposed one's place. */
  written: boolean;
  runId: string;
  /** The run's state after the move. */
  state: RunState;
}

/** The part of an outcome that is kept for a repeated request; the state is found again by its id. */
export type MoveAnswer = Omit<MoveOutcome, 'state'> & { stateId: string };

/** What moving runs in one transaction came to. */
export interface Moved<RunState extends State> {
  answers: (MoveAnswer | Problem)[];
  /** The states that were written, by id. Filled when the transaction is over. */
  states: Map<string, RunState>;
  topics: Set<Topic>;
}

/** A refusal that needs no rule, for use cases that look at the run's state themselves. */
export interface Refusal {
  verdict: Verdict;
  reason: string;
}

/** What a use case wants of a locked run: a state to propose, or nothing, and why. A Problem fails the request. */
export type Proposal = { state: StateRequest; force: boolean } | Refusal | Problem;

export const answerOf = (
  runId: string,
  decision: Pick<Decision, 'verdict' | 'reason' | 'retryAfterSeconds'>,
  stateId: string,
  written: boolean,
): MoveAnswer => ({
  verdict: decision.verdict,
  reason: decision.reason,
  retryAfterSeconds: decision.retryAfterSeconds,
  written,
  runId,
  stateId,
});

/** Whether a run is one of a tenant's; of null, which is every tenant, it always is. */
export const isOf = (tenantId: string | null, run: { tenantId: string }): boolean =>
  tenantId === null || run.tenantId === tenantId;

/** What a job proposes for a run as it stands; an answer where it comes to no proposal. */
export function proposalOf<Current extends { run: { id: string; version: number }; initial: State }>(
  job: { expectedVersion: number | null; propose: (current: Current) => Proposal },
  current: Current,
): { proposal: Exclude<Proposal, Refusal | Problem> } | { answer: MoveAnswer | Problem } {
  const conflict = checkVersion(job.expectedVersion, current.run.version);
  if (conflict) return { answer: conflict };
  const proposal = job.propose(current);
  if (proposal instanceof Problem) return { answer: proposal };
  if (!('verdict' in proposal)) return { proposal };
  return { answer: answerOf(current.run.id, { ...proposal, retryAfterSeconds: null }, current.initial.id, false) };
}

/** Compare-and-set: refuses where the run has moved on since the caller read it. */
function checkVersion(expected: number | null, current: number): Problem | null {
  if (expected === null || expected === current) return null;
  return new Problem('VERSION_CONFLICT', `The run is at version ${current}, not ${expected}. Read it again.`, {
    currentVersion: current,
  });
}
