import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { closeNow } from './closeNow.ts';

/** Many times the size of a `connection_init` with an API key. */
const MAX_BYTES = 16_000;
const TOO_LONG = 1009;

/**
 * Limits what a socket may send before its API key is checked. ws has one limit for the messages of all sockets and
 * buffers a message until its end, so this counts the bytes of the connection itself. Call the returned function when
 * the key is checked.
 */
export function limitUntilReady(socket: WebSocket, connection: Duplex): () => void {
  let bytes = 0;
  const counted = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BYTES) return;
    lift();
    socket.pause();
    closeNow(socket, TOO_LONG, `At most ${MAX_BYTES} bytes may be sent before connection_ack`);
  };
  const lift = () => void connection.off('data', counted);
  // Before ws reads the same bytes: a message within them must not be answered.
  connection.prependListener('data', counted);
  return lift;
}
