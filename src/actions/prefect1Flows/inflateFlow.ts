import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { checkJsonSize } from '../../core/checks/checkJsonSize.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { readPythonJson } from '../../core/values/readJson.ts';

const inflate = promisify(gunzip);

/** The most bytes of JSON text. A megabyte of gzip can expand to a gigabyte. */
const MAX_BYTES = 64_000_000;

/** More than in a request: a flow of 5,000 tasks, each of which has 77 values as Prefect 1.4.1 writes it. */
const MAX_VALUES = 400_000;

/** Decodes JSON that a client sent as base64 of gzip. */
export async function inflateFlow(compressed: string): Promise<Json> {
  const unreadable = () => new Problem('BAD_USER_INPUT', 'Unable to decompress serialized flow');
  const bytes = await inflate(Buffer.from(compressed, 'base64'), { maxOutputLength: MAX_BYTES }).catch(() => {
    throw unreadable();
  });
  const text = bytes.toString('utf8');
  checkJsonSize(text, 'The serialized flow', MAX_VALUES);
  try {
    return readPythonJson(text);
  } catch {
    throw unreadable();
  }
}
