import { checkInputKey, checkInputValue, checkName } from '../../core/checks/checkText.ts';
import type { FlowRunInput } from '../../core/runs/run.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { violates } from '../../store/connection/databaseErrors.ts';
import { flowRunInputsById, insertFlowRunInputs } from '../../store/flowRuns/flowRunInputs.ts';
import { lockFlowRunForInput } from '../../store/flowRuns/lockFlowRuns.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownFlowRun } from '../writing/moveFlowRunBatch.ts';
import { newId } from '../writing/newId.ts';

export interface CreateFlowRunInput extends Keyed {
  flowRunId: string;
  key: string;
  value: string;
  sender?: string | null;
}

/** Sends an input, a key and a value, to a flow run. CONFLICT if the run has an input with the same key. */
export async function createFlowRunInput(
  engine: Engine,
  viewer: Viewer,
  input: CreateFlowRunInput,
): Promise<{ input: FlowRunInput }> {
  const { flowRunId, key, value, sender = null } = input;
  checkInputKey('key', key);
  checkInputValue('value', value);
  if (sender) checkName('sender', sender);
  const { id } = await answerOnce(
    engine.database,
    keyedRequest(viewer, 'createFlowRunInput', input),
    async (transaction) => {
      if (!(await lockFlowRunForInput(transaction, viewer.tenantId, flowRunId))) throw unknownFlowRun(flowRunId);
      const made = { id: newId(), flowRunId, key, value, sender };
      await insertFlowRunInputs(transaction, [made]);
      return { id: made.id };
    },
  ).catch((error: unknown) => {
    throw violates(error, 'flow_run_input_flow_run_id_key_key') ? inputExists() : error;
  });
  const [made] = await flowRunInputsById(engine.database, viewer.tenantId, [id]);
  if (!made) throw new Problem('NOT_FOUND', 'Flow run input not found');
  return { input: made };
}

export const inputExists = () => new Problem('CONFLICT', 'A flow run input with this key already exists.');
