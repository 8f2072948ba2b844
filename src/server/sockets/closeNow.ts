import type { WebSocket } from 'ws';

const WAIT_MS = 1_000;

/** Closes a socket, and ends its connection soon even if the client does not answer; ws alone waits for 30 s. */
export function closeNow(socket: WebSocket, code?: number, reason?: string): void {
  socket.close(code, reason);
  const timer = setTimeout(() => socket.terminate(), WAIT_MS);
  socket.once('close', () => clearTimeout(timer));
}
