import { checkLabels } from '../core/checkJson.ts';
import { checkName, checkTags } from '../core/checkText.ts';
import { Problem } from '../core/problem.ts';
import type { Deployment, Labels } from '../core/run.ts';
import type { Viewer } from '../core/viewer.ts';
import { deploymentsById } from '../store/deployments.ts';
import { getOrCreateDeployment } from '../store/flowWrites.ts';
import { answerOnce, type Keyed, keyedRequest } from './answerBook.ts';
import type { Engine } from './engine.ts';
import { newId } from './newId.ts';

export interface CreateDeployment extends Keyed {
  flowId: string;
  name: string;
  tags?: string[] | null;
  labels?: Labels | null;
}

/** The deployment of this name on a flow, made if there is none. A deployment that is there stays as it is. */
export async function createDeployment(
  engine: Engine,
  viewer: Viewer,
  input: CreateDeployment,
): Promise<{ deployment: Deployment; created: boolean }> {
  const { flowId, name } = input;
  checkName('name', name);
  const { tags, labels } = { tags: input.tags ?? [], labels: input.labels ?? {} };
  checkTags('tags', tags);
  checkLabels('labels', labels);
  const { tenantId } = viewer;
  const answer = await answerOnce(
    engine.database,
    keyedRequest(viewer, 'createDeployment', input),
    async (transaction) => {
      const made = await getOrCreateDeployment(transaction, { id: newId(), tenantId, flowId, name, tags, labels });
      if (!made) throw new Problem('REFERENCE_NOT_FOUND', `Flow with id ${flowId} not found`);
      return made;
    },
  );
  const [deployment] = await deploymentsById(engine.database, tenantId, [answer.id]);
  if (!deployment) throw new Error(`deployment ${answer.id} is gone`);
  return { deployment, created: answer.created };
}
