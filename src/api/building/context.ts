import type { StartedEngine } from '../../actions/startEngine.ts';
import type { FlowRun, TaskRun } from '../../core/runs/run.ts';
import type { FlowRunState, TaskRunState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { createLoaders, type Loaders } from '../../loading/loaders.ts';
import { createRequestBudget, type RequestBudget, UNLIMITED } from '../../loading/requestBudget.ts';
import type { Reads, Share } from '../../store/connection/database.ts';

/** Rows as they were written, at most one of each kind. */
export interface WrittenRows {
  flowRun?: FlowRun;
  flowRunState?: FlowRunState | null;
  taskRun?: TaskRun;
  taskRunState?: TaskRunState | null;
}

/** The context of a request: the engine, the authenticated viewer, and the cache of rows that were read. */
export interface Context {
  /** Its database is for writes. */
  readonly engine: StartedEngine;
  viewer: Viewer;
  readonly budget: RequestBudget;
  /** What the fields read from, if not with a loader. */
  readonly reads: Reads;
  readonly loaders: Loaders;
  /** What the mutation in progress created. Its fields need not read it. */
  written: WrittenRows;
  /** Drops the cached rows, which can be outdated after a write or after some time. */
  forgetReads(): void;
  /** The cursor after which a subscription continues. It takes precedence over the argument `after`. Null if there is none. */
  resumeAfter: string | null;
  /** A function, because the context of a subscription is used for a long time. */
  now: () => Instant;
}

const NOTHING_WRITTEN: WrittenRows = Object.freeze({});

/** A class, because every request creates one, and most need few of its parts. */
export class ViewerContext implements Context {
  resumeAfter: string | null = null;
  written: WrittenRows = NOTHING_WRITTEN;
  // Created on the first read, which the most frequent mutations do not have.
  private openedReads: Reads | null = null;
  private cache: Loaders | null = null;

  /** @param share whose share of the connections the request uses */
  constructor(
    private readonly started: StartedEngine,
    readonly viewer: Viewer,
    readonly budget: RequestBudget,
    private readonly share: Share,
  ) {}

  get engine(): StartedEngine {
    return engineOf(this.started, this.share.group);
  }

  get reads(): Reads {
    this.openedReads ??= this.started.database.reads(this.share);
    return this.openedReads;
  }

  get loaders(): Loaders {
    this.cache ??= createLoaders(this.reads, this.viewer.tenantId, this.budget);
    return this.cache;
  }

  forgetReads(): void {
    this.cache = null;
    this.written = NOTHING_WRITTEN;
  }

  now(): Instant {
    return Date.now() * 1000;
  }
}

/** Returns a context that may read any number of rows, in the share of the viewer's tenant. */
export const createContext = (started: StartedEngine, viewer: Viewer): Context =>
  new ViewerContext(started, viewer, createRequestBudget(UNLIMITED), { group: viewer.tenantId });

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
