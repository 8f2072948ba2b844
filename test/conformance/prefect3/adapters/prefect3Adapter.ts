import { type Api, Skip } from '../api.ts';
import { prefect3FlowRuns } from './prefect3FlowRuns.ts';
import { prefect3Request } from './prefect3Request.ts';
import { prefect3Surroundings } from './prefect3Surroundings.ts';
import { prefect3TaskRuns } from './prefect3TaskRuns.ts';

/**
 * The reference: Prefect 3's own server over REST.
 * @param databaseUrl its database, for changes that its API does not allow
 */
export function connectPrefect3(url: string, databaseUrl: string): Api {
  const { call, close } = prefect3Request(url);
  return {
    flavour: 'prefect3',
    features: new Set([
      'artifacts',
      'bulkLimit',
      'createdBy',
      'deferred',
      'deploymentLimits',
      'events',
      'leaseIds',
      'limitZero',
      'logTextSearch',
      'report',
      'services',
      'stripStates',
      'tagLimits',
      'workPools',
    ]),
    settings: { loopSeconds: 5, graphNodeLimit: 60 },
    ready: async () => void (await call('GET', 'health')),
    close: async () => close(),
    ...prefect3FlowRuns(call),
    ...prefect3TaskRuns(call),
    ...prefect3Surroundings(call, databaseUrl),
    watchFlowRunStates: noSubscriptions,
  };
}

const noSubscriptions = (): never => {
  throw new Skip('Prefect 3 has no subscriptions');
};
