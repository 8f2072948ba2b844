import type { WebSocket } from 'ws';

/** A socket that limits how much unsent data it buffers for a slow client. */
export interface BoundedSocket {
  readonly socket: WebSocket;
  /** Resolves when the text is written to the network. Waits first while the buffer is full. */
  send(text: string): Promise<void>;
}

/**
 * Two kinds of data can pile up for a client that does not read. Events wait in `send`: a subscription requests its
 * next event after the last one is written, so it holds at most one. Responses are limited by pausing the socket: the
 * server reads no more messages until the client has read its responses. (ws limits the answers to WebSocket pings.)
 */
export function boundedSocket(socket: WebSocket, maxBufferedBytes: number): BoundedSocket {
  let flushed: Promise<void> = Promise.resolve();
  const isFull = () => socket.bufferedAmount > maxBufferedBytes;

  function holdBack(): void {
    if (!isFull() || socket.isPaused) return;
    socket.pause();
    // Frames are written in order: once this ping is written, so is everything before it.
    socket.ping(undefined, undefined, () => socket.resume());
  }
  socket.on('message', holdBack);

  return {
    socket,
    async send(text) {
      while (isFull() && socket.readyState === socket.OPEN) await flushed;
      if (socket.readyState !== socket.OPEN) return;
      // A failed write ends the socket, which then emits `close`.
      flushed = new Promise((resolve) => socket.send(text, () => resolve()));
      await flushed;
    },
  };
}
