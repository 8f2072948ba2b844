import type { IncomingHttpHeaders } from 'node:http';
import type { StartedEngine } from '../../actions/startEngine.ts';
import { type Context, createContext } from '../../api/building/context.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { RequestBudget } from '../../loading/requestBudget.ts';
import type { Prefect1Context, Prefect1Headers } from '../../prefect1/operations/prefect1Context.ts';
import type { Share } from '../../store/connection/database.ts';

/** The context of one execution, for the resolvers of both dialects. */
export type RequestContext = Context & Prefect1Context;

export const createRequestContext = (
  engine: StartedEngine,
  viewer: Viewer,
  headers: Prefect1Headers,
  variables: Prefect1Context['variables'],
  budget?: RequestBudget,
  share?: Share,
): RequestContext =>
  // No spread: `loaders` is a getter that creates new loaders after their cache is cleared.
  Object.assign(createContext(engine, viewer, budget, share), { headers, variables });

export function prefect1Headers(headers: IncomingHttpHeaders): Prefect1Headers {
  const one = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return { coreVersion: one('x-prefect-core-version'), agentId: one('x-prefect-agent-id') };
}
