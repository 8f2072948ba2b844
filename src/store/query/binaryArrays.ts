import type { Instant } from '../../core/values/instant.ts';

// Arrays in PostgreSQL's binary form. `pg` sends an array as text: it escapes each element with two regular expressions and
// joins the results, and PostgreSQL reads the text one character at a time. For 250 log lines, that was a quarter of the time
// in which the server wrote them. `pg` sends a buffer as binary, and PostgreSQL copies its elements.
// Source: PostgreSQL, the function array_recv.

/** How the elements of a type are written. */
interface Element<Value> {
  /** The type's number in PostgreSQL. */
  oid: number;
  size: (value: Value) => number;
  /** Writes a value, which takes `size` bytes. */
  write: (buffer: Buffer, value: Value, at: number) => void;
}

const HEADER_WORDS = 5;
const WORD_BYTES = 4;
const NULL_SIZE = -1;

const arrayOf =
  <Value>({ oid, size, write }: Element<Value>) =>
  (values: readonly (Value | null)[]): Buffer => {
    const sizes = values.map((value) => (value == null ? NULL_SIZE : size(value)));
    const bytes = sizes.reduce((sum, one) => sum + WORD_BYTES + Math.max(one, 0), HEADER_WORDS * WORD_BYTES);
    const buffer = Buffer.allocUnsafe(bytes);
    // One dimension, whether there are nulls, the type, the number of elements, the index of the first one.
    const header = [1, Number(sizes.includes(NULL_SIZE)), oid, values.length, 1];
    let at = 0;
    for (const word of header) at = buffer.writeInt32BE(word, at);
    values.forEach((value, index) => {
      const length = sizes[index] ?? NULL_SIZE;
      at = buffer.writeInt32BE(length, at);
      if (value == null) return;
      write(buffer, value, at);
      at += length;
    });
    return buffer;
  };

export const smallintArray = arrayOf<number>({
  oid: 21,
  size: () => 2,
  write: (buffer, value, at) => buffer.writeInt16BE(value, at),
});

export const booleanArray = arrayOf<boolean>({
  oid: 16,
  size: () => 1,
  write: (buffer, value, at) => buffer.writeInt8(Number(value), at),
});

export const floatArray = arrayOf<number>({
  oid: 701,
  size: () => 8,
  write: (buffer, value, at) => buffer.writeDoubleBE(value, at),
});

export const integerArray = arrayOf<number>({
  oid: 23,
  size: () => 4,
  write: (buffer, value, at) => buffer.writeInt32BE(value, at),
});

export const textArray = arrayOf<string>({
  oid: 25,
  size: (value) => Buffer.byteLength(value),
  write: (buffer, value, at) => buffer.write(value, at),
});

const JSONB_VERSION = 1;

/** Of JSON texts. */
export const jsonbArray = arrayOf<string>({
  oid: 3802,
  size: (json) => 1 + Buffer.byteLength(json),
  write: (buffer, json, at) => {
    buffer[at] = JSONB_VERSION;
    buffer.write(json, at + 1);
  },
});

/** PostgreSQL counts microseconds, too, but from the year 2000. */
const YEAR_2000 = 946_684_800_000_000;
const TWO_TO_32 = 2 ** 32;

/** Faster than a BigInt. */
function writeInt64(buffer: Buffer, value: number, at: number): void {
  const high = Math.floor(value / TWO_TO_32);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * TWO_TO_32, at + 4);
}

export const bigintArray = arrayOf<number>({ oid: 20, size: () => 8, write: writeInt64 });

export const timeArray = arrayOf<Instant>({
  oid: 1184,
  size: () => 8,
  write: (buffer, instant, at) => writeInt64(buffer, instant - YEAR_2000, at),
});

export const uuidArray = arrayOf<string>({
  oid: 2950,
  size: () => 16,
  write: (buffer, id, at) => {
    // Node.js stops at the first character that is no digit, and says nothing.
    if (buffer.write(id.replaceAll('-', ''), at, 'hex') !== 16) throw new Error(`not a UUID: ${id}`);
  },
});
