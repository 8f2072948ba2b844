import type { Effect } from '../../core/runs/move.ts';
import type { FlowRunFollower } from '../writing/moveFlowRunBatch.ts';
import type { TaskRunMoveJob } from '../writing/moveTaskRunBatch.ts';

/** Moves the parent task runs of subflows: each follows its child by force. */
export const moveParentTaskRuns: FlowRunFollower = {
  follow: (_, moves) => moves.flatMap(({ before, effects }) => parentTaskRunMoves(before.run.tenantId, effects)),
};

/** The moves of parent task runs that a flow run's new state entails. */
export const parentTaskRunMoves = (tenantId: string, effects: readonly Effect[]): TaskRunMoveJob[] =>
  effects.flatMap((effect) => {
    if (effect.kind !== 'moveParentTaskRun') return [];
    const { type, name, message, data, details } = effect.state;
    return {
      tenantId,
      taskRunId: effect.taskRunId,
      propose: () => ({ state: { type, name, message, data, details }, force: true }),
      cacheKey: null,
      expectedVersion: null,
      request: null,
    };
  });
