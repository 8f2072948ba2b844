import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';

const inflate = promisify(gunzip);

/** The most bytes of JSON text. A megabyte of gzip can expand to a gigabyte. */
const MAX_BYTES = 64_000_000;

/** Decodes JSON that a client sent as base64 of gzip. */
export async function inflateFlow(compressed: string): Promise<Json> {
  try {
    const text = await inflate(Buffer.from(compressed, 'base64'), { maxOutputLength: MAX_BYTES });
    return JSON.parse(text.toString('utf8')) as Json; // by JSON.parse
  } catch {
    throw new Problem('BAD_USER_INPUT', 'Unable to decompress serialized flow');
  }
}
