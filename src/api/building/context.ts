import type { StartedEngine } from '../../actions/startEngine.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { createLoaders, type Loaders } from '../../loading/loaders.ts';
import { createRequestBudget, type RequestBudget, UNLIMITED } from '../../loading/requestBudget.ts';
import type { Reads, Share } from '../../store/connection/database.ts';

/** The context of a request: the engine, the authenticated viewer, and the cache of rows that were read. */
export interface Context {
  /** Its database is for writes. */
  readonly engine: StartedEngine;
  viewer: Viewer;
  readonly budget: RequestBudget;
  /** What the fields read from, if not with a loader. */
  readonly reads: Reads;
  readonly loaders: Loaders;
  /** Drops the cached rows, which can be outdated after a write or after some time. */
  forgetReads(): void;
  /** The cursor after which a subscription continues. It takes precedence over the argument `after`. Null if there is none. */
  resumeAfter: string | null;
  /** A function, because the context of a subscription is used for a long time. */
  now: () => Instant;
}

/** @param share whose share of the connections the request uses. Defaults to that of the viewer's tenant. */
export function createContext(
  started: StartedEngine,
  viewer: Viewer,
  budget = createRequestBudget(UNLIMITED),
  share: Share = { group: viewer.tenantId },
): Context {
  // Created on the first read: a mutation without reads, the most frequent request, does not need twenty loaders.
  let loaders: Loaders | null = null;
  let reads: Reads | null = null;
  return {
    get engine() {
      return engineOf(started, share.group);
    },
    viewer,
    budget,
    get reads() {
      reads ??= started.database.reads(share);
      return reads;
    },
    get loaders() {
      loaders ??= createLoaders(this.reads, viewer.tenantId, budget);
      return loaders;
    },
    forgetReads: () => {
      loaders = null;
    },
    resumeAfter: null,
    now: () => Date.now() * 1000,
  };
}

/** The engines of the groups, by their databases. Each mutation needs one. */
const engines = new WeakMap<object, StartedEngine>();
function engineOf(started: StartedEngine, group: string): StartedEngine {
  const database = started.database.writes(group);
  let engine = engines.get(database);
  if (!engine) {
    engine = { ...started, database };
    engines.set(database, engine);
  }
  return engine;
}
