import { Socket } from 'node:net';

/**
 * A socket that sends what is written in one turn of the event loop together. `pg` writes each statement by itself: the
 * statements of a pipeline would be as many calls of the system, and each would wake the database.
 */
export function gatheringSocket(): Socket {
  const socket = new Socket();
  // Not a class with a `write` of its own: `connect` puts back that of Socket.
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
