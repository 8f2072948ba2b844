import type { IncomingHttpHeaders } from 'node:http';
import type { StartedEngine } from '../../actions/startEngine.ts';
import { type Context, ViewerContext } from '../../api/building/context.ts';
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

class ContextOfRequest extends ViewerContext implements RequestContext {
  readonly headers: Prefect1Headers;
  readonly variables: Prefect1Context['variables'];

  constructor(engine: StartedEngine, { viewer, headers, variables, resumeAfter, budget, share }: ContextParts) {
    super(engine, viewer, budget, share);
    this.headers = headers;
    this.variables = variables;
    this.resumeAfter = resumeAfter;
  }
}

export const createRequestContext = (engine: StartedEngine, parts: ContextParts): RequestContext =>
  new ContextOfRequest(engine, parts);

export const prefect1Headers = (headers: IncomingHttpHeaders): Prefect1Headers => ({
  coreVersion: textOf(headers['x-prefect-core-version']),
  agentId: textOf(headers['x-prefect-agent-id']),
});

const textOf = (value: string | string[] | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
