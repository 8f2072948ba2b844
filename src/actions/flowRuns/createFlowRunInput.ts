import { checkInputKey, checkInputValue, checkName } from '../../core/checks/checkText.ts';
import type { FlowRunInput } from '../../core/runs/run.ts';
import { Problem } from '../../core/values/problem.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { flowRunInputsById } from '../../store/flowRuns/flowRunInputs.ts';
import { type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
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
  const request = keyedRequest(viewer, 'createFlowRunInput', input);
  const given = { id: newId(), flowRunId, key, value, sender };
  const job = { tenantId: viewer.tenantId, input: given, request };
  const { id, input: created } = await engine.writer.flowRunInputs.submit(job, roughSize(given));
  if (created) return { input: created };
  const [made] = await flowRunInputsById(engine.database, viewer.tenantId, [id]);
  if (!made) throw new Problem('NOT_FOUND', 'Flow run input not found');
  return { input: made };
}
