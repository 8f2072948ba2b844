import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Returns a signal that is aborted when the client closes the connection before it has received the response. */
export function whenGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  // Each statement of the request listens, and stops when it has ended.
  setMaxListeners(0, gone.signal);
  // If the client disconnected while its body was read, `close` was emitted already and is not emitted again.
  if (response.closed) gone.abort();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
