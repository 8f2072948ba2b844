import type { ServerResponse } from 'node:http';
import { ClientSignal, type Gone } from '../../core/values/clientSignal.ts';

/** Returns a signal that is aborted when the client closes the connection before it has received the response. */
export function whenGone(response: ServerResponse): Gone {
  const gone = new ClientSignal();
  // If the client disconnected while its body was read, `close` was emitted already and is not emitted again.
  if (response.closed) gone.abort();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone;
}
