import type { CountedLimit } from '../concurrency/concurrency.ts';
import type { FlowRunPolicy } from '../runs/run.ts';
import type { StateDetails, StateType } from '../runs/state.ts';
import type { Instant } from '../values/instant.ts';
import type { Worker } from '../workPools/workPool.ts';
import type { SeenAgent, SlotHolder } from './whyNotRunningReason.ts';

/** The facts about a run and what it may wait for. Facts that its state does not need are not read, and are empty. */
export interface WhyNotRunningFacts {
  id: string;
  stateType: StateType;
  stateName: string;
  stateTimestamp: Instant;
  details: Pick<StateDetails, 'scheduledTime' | 'pauseTimeout' | 'pauseKey' | 'pauseReschedule' | 'runInputKeyset'>;
  retryType: FlowRunPolicy['retryType'];
  runCount: number;
  /** When a scheduled run is due. */
  due: Instant | null;
  /** Whether Prefect 1 agents pick up the run, instead of workers. */
  isPrefect1: boolean;
  /** Agents see them as labels. */
  tags: string[];
  deploymentId: string | null;
  deploymentIsGone: boolean;
  place: WorkPlace | null;
  /** The limits that the run needs a slot of: those of its deployment, its queue and its pool. */
  limits: SlotLimit[];
  agents: Omit<SeenAgent, 'missingLabels'>[];
  /** The JSON Schema of the input that the run waits for, as a string. */
  inputSchema: string | null;
  unfinishedTaskRuns: { count: number; ids: string[] };
}

/** The pool and queue from which workers pick up a run. */
export interface WorkPlace {
  workPoolId: string;
  workPoolName: string;
  isPoolPaused: boolean;
  workers: Pick<Worker, 'lastHeartbeat' | 'heartbeatIntervalSeconds'>[];
  workQueueId: string;
  workQueueName: string;
  isQueuePaused: boolean;
  lastPolled: Instant | null;
}

export interface SlotLimit extends CountedLimit {
  name: string;
  /** When the last slot was taken. */
  lastTaken: Instant | null;
  /** Some of the runs that hold a slot, the longest first. */
  holders: SlotHolder[];
}
