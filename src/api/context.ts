import type { Engine } from '../actions/engine.ts';
import type { Instant } from '../core/instant.ts';
import type { Viewer } from '../core/viewer.ts';
import { createLoaders, type Loaders } from '../loading/loaders.ts';

/** What a request carries: the engine it acts through, who asks, and the memory of what it has read. */
export interface Context {
  engine: Engine;
  viewer: Viewer;
  loaders: Loaders;
  /** A function, because the context of a subscription outlives the moment it began. */
  now: () => Instant;
}

export const createContext = (engine: Engine, viewer: Viewer): Context => ({
  engine,
  viewer,
  loaders: createLoaders(engine.database, viewer.tenantId),
  now: () => Date.now() * 1000,
});

/** Forgets what the request has read, which a write or the passing of time has made old. */
export function forgetReads(context: Context): void {
  context.loaders = createLoaders(context.engine.database, context.viewer.tenantId);
}
