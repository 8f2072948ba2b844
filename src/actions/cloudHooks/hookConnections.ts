/** At most this many connections of one hook are open at a time, so that its receiver is not flooded. */
export const CONNECTIONS_PER_HOOK = 4;
/** At most this many connections of all hooks together. */
const CONNECTIONS = 50;

/** Limits the number of connections that cloud hooks open at a time. Further requests wait for their turn. */
export class HookConnections {
  #open = 0;
  readonly #openOfHook = new Map<string, number>();
  readonly #waiting: { hookId: string; start: () => void }[] = [];

  /** Does the work when the hook may open a connection. */
  async run<Result>(hookId: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#mayStart(hookId)) this.#started(hookId);
    else await new Promise<void>((start) => this.#waiting.push({ hookId, start }));
    try {
      return await work();
    } finally {
      this.#ended(hookId);
    }
  }

  /** Whether so many requests wait that no more should be added which can be refused. */
  isBusy(): boolean {
    return this.#waiting.length >= CONNECTIONS;
  }

  #mayStart(hookId: string): boolean {
    return this.#open < CONNECTIONS && (this.#openOfHook.get(hookId) ?? 0) < CONNECTIONS_PER_HOOK;
  }

  #started(hookId: string): void {
    this.#open++;
    this.#openOfHook.set(hookId, (this.#openOfHook.get(hookId) ?? 0) + 1);
  }

  #ended(hookId: string): void {
    this.#open--;
    const rest = (this.#openOfHook.get(hookId) ?? 0) - 1;
    if (rest > 0) this.#openOfHook.set(hookId, rest);
    else this.#openOfHook.delete(hookId);
    const next = this.#waiting.findIndex((waiting) => this.#mayStart(waiting.hookId));
    const [started] = next < 0 ? [] : this.#waiting.splice(next, 1);
    if (!started) return;
    this.#started(started.hookId);
    started.start();
  }
}
