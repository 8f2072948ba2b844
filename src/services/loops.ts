import { setMaxListeners } from 'node:events';
import type { StartedEngine } from '../actions/startEngine.ts';
import type { Instant } from '../core/values/instant.ts';

/** A periodic task. Several servers can run the same loop at the same time. */
export interface Loop {
  name: string;
  everyMs: number;
  /** Runs one round. `now` is from the clock of this process. */
  tick: (engine: StartedEngine, now: Instant) => Promise<void>;
}

export interface RunningLoops {
  /** Starts no more rounds, and resolves when the running ones have ended. */
  stop(): Promise<void>;
}

/** Runs each loop periodically, one round at a time. A failed round is passed to `onError`, and the loop continues. */
export function startLoops(
  engine: StartedEngine,
  loops: readonly Loop[],
  onError: (loop: string, error: unknown) => void,
): RunningLoops {
  const stopping = new AbortController();
  // Each loop adds a listener. Node warns of a leak from eleven listeners on.
  setMaxListeners(loops.length, stopping.signal);
  const running = loops.map(async ({ name, everyMs, tick }) => {
    while (await pause(everyMs, stopping.signal)) {
      await tick(engine, Date.now() * 1000).catch((error: unknown) => onError(name, error));
    }
  });
  return {
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** Resolves to false if the signal aborts. The pause varies by a tenth, so that servers do not stay synchronised. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', stop);
        resolve(true);
      },
      ms * (0.95 + Math.random() / 10),
    );
    signal.addEventListener('abort', stop, { once: true });
  });
}
