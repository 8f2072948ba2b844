import type { Api, DeploymentInput } from '../api.ts';
import type { FlowqlRequest } from './flowqlRequest.ts';

type Concurrency = Pick<Api, 'deploymentActiveSlots' | 'setTagLimit' | 'tagActiveSlots'>;

/** FlowQL's concurrency limits. */
export const flowqlConcurrency = (request: FlowqlRequest): Concurrency => ({
  deploymentActiveSlots: async (id) => {
    const document = 'query ($id: ID!) { deployment(id: $id) { activeSlots } }';
    return (await request<{ deployment: { activeSlots: number } }>(document, { id })).deployment.activeSlots;
  },
  setTagLimit: async (tag, limit) => {
    const document = `mutation ($input: CreateConcurrencyLimitInput!) { createConcurrencyLimit(input: $input) { created } }`;
    await request(document, { input: { tag, limit } });
  },
  tagActiveSlots: async (tag) => {
    const document = 'query ($tag: String!) { concurrencyLimit(tag: $tag) { activeSlots } }';
    return (await request<{ concurrencyLimit: { activeSlots: number } }>(document, { tag })).concurrencyLimit
      .activeSlots;
  },
});

/** Sets the limit of a new deployment. */
export async function limitDeployment(
  request: FlowqlRequest,
  deploymentId: string,
  { concurrencyLimit: limit, collisionStrategy }: Pick<DeploymentInput, 'concurrencyLimit' | 'collisionStrategy'>,
): Promise<void> {
  if (limit === undefined) return;
  const input = { deploymentId, limit, ...(collisionStrategy && { collisionStrategy }) };
  const document = `mutation ($input: SetDeploymentConcurrencyLimitInput!) {
    setDeploymentConcurrencyLimit(input: $input) { deployment { id } }
  }`;
  await request(document, { input });
}
