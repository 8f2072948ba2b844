import { checkLabels } from '../../core/checks/checkJson.ts';
import { checkName, checkTags } from '../../core/checks/checkText.ts';
import type { Flow, Labels } from '../../core/runs/run.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { flowsById, getOrCreateFlow } from '../../store/deployments/flows.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';

export interface CreateFlow extends Keyed {
  name: string;
  tags?: string[] | null;
  labels?: Labels | null;
}

/** Returns the flow with this name, and creates it if it does not exist. An existing flow stays unchanged. */
export async function createFlow(
  engine: Engine,
  viewer: Viewer,
  input: CreateFlow,
): Promise<{ flow: Flow; created: boolean }> {
  checkName('name', input.name);
  const { tags, labels } = { tags: input.tags ?? [], labels: input.labels ?? {} };
  checkTags('tags', tags);
  checkLabels('labels', labels);
  const { tenantId } = viewer;
  const answer = await answerOnce(engine.database, keyedRequest(viewer, 'createFlow', input), (transaction) =>
    getOrCreateFlow(transaction, { id: newId(), tenantId, name: input.name, tags, labels }),
  );
  const [flow] = await flowsById(engine.database, tenantId, [answer.id]);
  if (!flow) throw new Error(`flow ${answer.id} is gone`);
  return { flow, created: answer.created };
}
