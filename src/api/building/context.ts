import type { StartedEngine } from '../../actions/startEngine.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { createLoaders, type Loaders } from '../../loading/loaders.ts';

/** What a request carries: the engine it acts through, who asks, and the memory of what it has read. */
export interface Context {
  engine: StartedEngine;
  viewer: Viewer;
  readonly loaders: Loaders;
  /** Drops what was read, which a write or the passing of time has made old. */
  forgetReads(): void;
  /** A function, because the context of a subscription outlives the moment it began. */
  now: () => Instant;
}

export function createContext(engine: StartedEngine, viewer: Viewer): Context {
  // Made when the first read asks: a mutation without reads, the most frequent request, is spared a score of loaders.
  let loaders: Loaders | null = null;
  return {
    engine,
    viewer,
    get loaders() {
      loaders ??= createLoaders(engine.database, viewer.tenantId);
      return loaders;
    },
    forgetReads: () => {
      loaders = null;
    },
    now: () => Date.now() * 1000,
  };
}
