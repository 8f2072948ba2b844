import type { StartedEngine } from '../../actions/startEngine.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Loaders } from '../../loading/loaders.ts';
import type { Prefect1Input } from './readInput.ts';

/** Headers by which Prefect 1 clients identify themselves; null if a header is missing. */
export interface Prefect1Headers {
  /** `X-PREFECT-CORE-VERSION`: the version of the client's `prefect`. */
  coreVersion: string | null;
  /** `X-PREFECT-AGENT-ID`: the id of the agent that sends the request, from `register_agent`. */
  agentId: string | null;
}

/** The context of a request in this dialect. */
export interface Prefect1Context {
  engine: StartedEngine;
  viewer: Viewer;
  loaders: Loaders;
  headers: Prefect1Headers;
  /** The variables as the client sent them, before GraphQL's coercion. */
  variables: { readonly [name: string]: unknown };
  now: () => Instant;
}

/** Implements a field of the dialect; returns its payload. */
export type Prefect1Doer = (context: Prefect1Context, input: Prefect1Input) => Promise<object | string | null>;

/** Implementations by field name. A mutation gets its `input`, a query its arguments. */
export interface Prefect1Operations {
  [name: string]: Prefect1Doer;
}
