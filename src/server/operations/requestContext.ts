import type { IncomingHttpHeaders } from 'node:http';
import type { StartedEngine } from '../../actions/startEngine.ts';
import { type Context, createContext } from '../../api/building/context.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { RequestBudget } from '../../loading/requestBudget.ts';
import type { Prefect1Context, Prefect1Headers } from '../../prefect1/operations/prefect1Context.ts';
import type { Share } from '../../store/connection/database.ts';

/** The context of one execution, for the resolvers of both dialects. */
export type RequestContext = Context & Prefect1Context;

/** What an execution needs to know of its request. */
export interface ContextParts {
  viewer: Viewer;
  headers: Prefect1Headers;
  /** As the client sent them. */
  variables: Prefect1Context['variables'];
  resumeAfter: string | null;
  budget: RequestBudget;
  share: Share;
}

export const createRequestContext = (
  engine: StartedEngine,
  { viewer, headers, variables, resumeAfter, budget, share }: ContextParts,
): RequestContext =>
  // No spread: `loaders` is a getter that creates new loaders after their cache is cleared.
  Object.assign(createContext(engine, viewer, budget, share), { headers, variables, resumeAfter });

export function prefect1Headers(headers: IncomingHttpHeaders): Prefect1Headers {
  const one = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return { coreVersion: one('x-prefect-core-version'), agentId: one('x-prefect-agent-id') };
}
