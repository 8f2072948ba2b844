import { Socket } from 'node:net';

/**
 * Creates a socket that sends all writes of one turn of the event loop together. `pg` writes each statement separately,
 * so each statement of a pipeline would cost a system call and wake the database.
 */
export function gatheringSocket(): Socket {
  const socket = new Socket();
  // Not a subclass with its own `write`: `connect` restores Socket's method.
  socket.once('connect', () => {
    const write = socket.write.bind(socket) as (...written: unknown[]) => boolean;
    let isGathering = false;
    const sendTogether = () => {
      isGathering = false;
      socket.uncork();
    };
    socket.write = (...written: unknown[]) => {
      if (!isGathering) {
        isGathering = true;
        socket.cork();
        process.nextTick(sendTogether);
      }
      return write(...written);
    };
  });
  return socket;
}
