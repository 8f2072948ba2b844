import type { StartedEngine } from '../../actions/startEngine.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Loaders } from '../../loading/loaders.ts';
import type { Prefect1Input } from './readInput.ts';

/** What Prefect 1's clients say of themselves in headers. Null where a client says nothing. */
export interface Prefect1Headers {
  /** `X-PREFECT-CORE-VERSION`: the version of the client's `prefect`. */
  coreVersion: string | null;
  /** `X-PREFECT-AGENT-ID`: the agent that sends the request, as `register_agent` named it. */
  agentId: string | null;
}

/** What a request of this dialect carries. */
export interface Prefect1Context {
  engine: StartedEngine;
  viewer: Viewer;
  loaders: Loaders;
  headers: Prefect1Headers;
  now: () => Instant;
}

/** Does what a field of the dialect is for, and gives what its payload type shows. */
export type Prefect1Doer = (context: Prefect1Context, input: Prefect1Input) => Promise<object | string | null>;

/** Doers by the name of their field: of a mutation with its `input`, of a query with its arguments. */
export interface Prefect1Operations {
  [name: string]: Prefect1Doer;
}
