import type { ServerResponse } from 'node:http';
import type { Gone } from '../../core/values/gone.ts';

/** Tells whether the client closed the connection before it received the response. */
export class GoneClient implements Gone {
  constructor(private readonly response: ServerResponse) {}

  get aborted(): boolean {
    return this.response.closed && !this.response.writableFinished;
  }
}
