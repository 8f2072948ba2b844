import type { IncomingMessage } from 'node:http';
import { Problem } from '../core/problem.ts';
import { RequestFault } from './presentedError.ts';

// Answered at once, a client that is still sending would see a broken connection in place of our answer.
const DISCARD_MS = 1_000;

/** The body as text. Of a body that is too large nothing is kept, and the rest is thrown away for a second at most. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    const refuse = () => {
      chunks = [];
      request.removeAllListeners('data').resume();
      setTimeout(() => request.complete || request.destroy(), DISCARD_MS).unref();
      reject(new RequestFault(413, 'PAYLOAD_TOO_LARGE', `The body is larger than ${maxBytes} bytes.`));
    };
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return refuse();
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > maxBytes) refuse();
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', () => reject(new Problem('BAD_REQUEST', 'The body ended too early.')));
  });
}
