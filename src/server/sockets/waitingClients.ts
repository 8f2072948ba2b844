import type { Gone } from '../../core/values/gone.ts';

/** Knows which operations of a socket still have a client that waits for the result. */
export interface WaitingClients {
  /** Returns a signal that is aborted when the client completes the operation or closes the socket. */
  begin(id: string, subscriptions: Subscriptions): Gone;
  /** Call it after each message. graphql-ws removes completed operations, and does not tell. */
  messageHandled(): void;
  socketClosed(): void;
}

/** The operations in progress, by id. graphql-ws changes this object. */
type Subscriptions = { readonly [id: string]: unknown };

export function waitingClients(): WaitingClients {
  const waiting = new Map<string, { aborted: boolean }>();
  let inProgress: Subscriptions = {};

  function endThose(areGone: (id: string) => boolean): void {
    for (const [id, gone] of waiting) {
      if (!areGone(id)) continue;
      waiting.delete(id);
      gone.aborted = true;
    }
  }
  return {
    begin(id, subscriptions) {
      inProgress = subscriptions;
      // The id of a completed operation can be used again.
      endThose((other) => other === id);
      const gone = { aborted: false };
      waiting.set(id, gone);
      return gone;
    },
    messageHandled: () => endThose((id) => !Object.hasOwn(inProgress, id)),
    socketClosed: () => endThose(() => true),
  };
}
