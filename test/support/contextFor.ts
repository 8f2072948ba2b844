import type { StartedEngine } from '../../src/actions/startEngine.ts';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { createRequestBudget } from '../../src/loading/requestBudget.ts';
import {
  type ContextParts,
  createRequestContext,
  type RequestContext,
} from '../../src/server/operations/requestContext.ts';

/** Returns the context of a request of this viewer, with the default limits, as a client without headers sends it. */
export const contextFor = (
  engine: StartedEngine,
  viewer: Viewer,
  parts: Partial<Omit<ContextParts, 'viewer'>> = {},
): RequestContext =>
  createRequestContext(engine, {
    viewer,
    headers: { coreVersion: null, agentId: null },
    variables: {},
    resumeAfter: null,
    budget: createRequestBudget({ rows: 150_000, values: 500_000 }),
    share: { group: viewer.tenantId },
    ...parts,
  });
