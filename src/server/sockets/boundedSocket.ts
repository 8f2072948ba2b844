import type { WebSocket } from 'ws';

/** A socket that does not let the memory of what its client has not read grow without end. */
export interface BoundedSocket {
  readonly socket: WebSocket;
  /** Resolves when the text has left for the network. Waits first while too much is waiting already. */
  send(text: string): Promise<void>;
}

/**
 * Two things could pile up for a client that does not read. What we send of our own accord waits in `send`: whoever
 * follows a stream asks for the next event only after the last one has left, so each subscription holds one event at
 * most. What a client makes us answer is bounded by not reading from it until it has read from us. (Answers to pings of the
 * WebSocket itself are bounded by ws.)
 */
export function boundedSocket(socket: WebSocket, maxBufferedBytes: number): BoundedSocket {
  let flushed: Promise<void> = Promise.resolve();
  const isFull = () => socket.bufferedAmount > maxBufferedBytes;

  function holdBack(): void {
    if (!isFull() || socket.isPaused) return;
    socket.pause();
    // Frames leave in order: when this one has left, so has everything before it.
    socket.ping(undefined, undefined, () => socket.resume());
  }
  socket.on('message', holdBack);

  return {
    socket,
    async send(text) {
      while (isFull() && socket.readyState === socket.OPEN) await flushed;
      if (socket.readyState !== socket.OPEN) return;
      // A failed write is the end of the socket, of which `close` tells.
      flushed = new Promise((resolve) => socket.send(text, () => resolve()));
      await flushed;
    },
  };
}
