import type { FlowRun } from '../../core/runs/run.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Keyed } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { changeFlowRun } from './updateFlowRun.ts';

export interface RenameFlowRun extends Keyed {
  flowRunId: string;
  /** Null or empty: two random words. */
  name?: string | null;
}

/** Renames a flow run. NOT_FOUND if it does not exist. */
export const renameFlowRun = (engine: Engine, viewer: Viewer, input: RenameFlowRun): Promise<{ flowRun: FlowRun }> =>
  changeFlowRun(engine, viewer, 'renameFlowRun', { name: null, ...input });
