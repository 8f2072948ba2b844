import type { StartedEngine } from '../../actions/startEngine.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { createLoaders, type Loaders } from '../../loading/loaders.ts';
import { createRequestBudget, type RequestBudget, UNLIMITED } from '../../loading/requestBudget.ts';

/** The context of a request: the engine, the authenticated viewer, and the cache of rows that were read. */
export interface Context {
  engine: StartedEngine;
  viewer: Viewer;
  readonly budget: RequestBudget;
  readonly loaders: Loaders;
  /** Drops the cached rows, which can be outdated after a write or after some time. */
  forgetReads(): void;
  /** A function, because the context of a subscription is used for a long time. */
  now: () => Instant;
}

export function createContext(engine: StartedEngine, viewer: Viewer, budget = createRequestBudget(UNLIMITED)): Context {
  // Created on the first read: a mutation without reads, the most frequent request, does not need twenty loaders.
  let loaders: Loaders | null = null;
  return {
    engine,
    viewer,
    budget,
    get loaders() {
      loaders ??= createLoaders(engine.database, viewer.tenantId, budget);
      return loaders;
    },
    forgetReads: () => {
      loaders = null;
    },
    now: () => Date.now() * 1000,
  };
}
