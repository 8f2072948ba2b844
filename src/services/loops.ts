import { setMaxListeners } from 'node:events';
import type { StartedEngine } from '../actions/startEngine.ts';
import type { Instant } from '../core/values/instant.ts';

/** Work that comes round by itself. Several servers may run the same loop at once. */
export interface Loop {
  name: string;
  everyMs: number;
  /** One round. `now` is this process's clock. */
  tick: (engine: StartedEngine, now: Instant) => Promise<void>;
}

export interface RunningLoops {
  /** Lets rounds that are under way end, and begins no more. */
  stop(): Promise<void>;
}

/** Runs each loop again and again, its rounds never side by side. A round that fails is told, and the next one comes. */
export function startLoops(
  engine: StartedEngine,
  loops: readonly Loop[],
  onError: (loop: string, error: unknown) => void,
): RunningLoops {
  const stopping = new AbortController();
  // Every loop listens; Node warns of eleven, which it takes for a leak.
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

/** False as soon as the signal says stop. Servers that start together drift apart by a tenth of the pause. */
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
