import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { Problem } from '../../core/values/problem.ts';
import { RequestFault } from '../observing/clientError.ts';

// How long to read and discard the rest of a rejected body. A client that is still sending when the connection closes
// sees an error instead of the response.
const DISCARD_MS = 1_000;

/**
 * Returns the body as text, decompressed if it is gzip. The limit applies to the decompressed size. Throws
 * PAYLOAD_TOO_LARGE for a larger body, and discards the rest of it for at most a second. Throws BAD_REQUEST for a body
 * that is not UTF-8: other bytes would be stored as replacement characters.
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
    const finish = () => {
      const whole = Buffer.concat(chunks);
      if (isUtf8(whole)) resolve(whole.toString());
      else reject(new Problem('BAD_REQUEST', 'The body is not valid UTF-8.'));
    };
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > maxBytes) refuse();
      // Finishes one turn earlier than `end`.
      else if (bytes === announced && !isPacked) finish();
    });
    if (isPacked || announced === 0) body.on('end', finish);
    if (isPacked) body.on('error', () => reject(new Problem('BAD_REQUEST', 'The body is not valid gzip.')));
    request.on('error', () => reject(new Problem('BAD_REQUEST', 'The connection closed before the end of the body.')));
  });
}
