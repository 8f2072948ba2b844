import type { FlowRunPolicy } from '../runs/run.ts';
import type { StateDetails, StateType } from '../runs/state.ts';
import type { Instant } from '../values/instant.ts';
import type { Worker } from '../workPools/workPool.ts';
import type { SeenAgent, SlotHolder } from './whyNotRunningReason.ts';

/** What is known of a run and of what it may wait for. Facts that its state gives no cause to read are empty. */
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
  /** Whether agents take the run, and not workers. */
  isPrefect1: boolean;
  /** Its labels, to agents. */
  tags: string[];
  place: WorkPlace | null;
  /** Where the run needs a slot: of its deployment, its queue, its pool. */
  limits: SlotLimit[];
  agents: Omit<SeenAgent, 'missingLabels'>[];
  /** The JSON Schema of the input that the run waits for, as text. */
  inputSchema: string | null;
  unfinishedTaskRuns: { count: number; ids: string[] };
}

/** Where workers take a run from. */
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

export interface SlotLimit {
  name: string;
  limit: number;
  taken: number;
  /** When the last slot was taken. */
  lastTaken: Instant | null;
  /** Some of them, the longest holding first. */
  holders: SlotHolder[];
}
