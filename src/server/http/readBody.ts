import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { Problem } from '../../core/values/problem.ts';
import { RequestFault } from '../observing/clientError.ts';

// Answered at once, a client that is still sending would see a broken connection in place of our answer.
const DISCARD_MS = 1_000;

/**
 * The body as text, unpacked where it came as gzip. Of a body that is too large nothing is kept, and the rest is thrown
 * away for a second at most: what counts is its unpacked size, so that a small bomb is no way around the limit.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    const isPacked = request.headers['content-encoding'] === 'gzip';
    const body = isPacked ? request.pipe(createGunzip()) : request;
    const refuse = () => {
      chunks = [];
      if (isPacked) request.unpipe();
      body.removeAllListeners('data').resume();
      request.resume();
      setTimeout(() => request.complete || request.destroy(), DISCARD_MS).unref();
      reject(new RequestFault(413, 'PAYLOAD_TOO_LARGE', `The body is larger than ${maxBytes} bytes.`));
    };
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > maxBytes) return refuse();
    const finish = () => resolve(Buffer.concat(chunks).toString());
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > maxBytes) refuse();
      // The end is told of a turn later.
      else if (bytes === announced && !isPacked) finish();
    });
    if (isPacked || announced === 0) body.on('end', finish);
    if (isPacked) body.on('error', () => reject(new Problem('BAD_REQUEST', 'The body is not what gzip makes.')));
    request.on('error', () => reject(new Problem('BAD_REQUEST', 'The body ended too early.')));
  });
}
