import { connect } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = '0\r\n\r\n';

/**
 * One HTTP connection with at most one request at a time. `fetch` and `http.request` use more CPU for a request than some of
 * the measured servers, on the same two cores. Here a request is a buffer that is made once, and only the length of the
 * response is read from its head.
 */
export class Connection {
  #port;
  #socket = null;
  #pending = null;
  #received = [];
  #size = 0;
  #head = null;

  constructor(port) {
    this.#port = port;
  }

  /** Sends a buffer made by `get` or `post`. Resolves to the status and the body; rejects if the connection is lost. */
  request(buffer) {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#socket ??= this.#open();
      this.#socket.write(buffer);
    });
  }

  /** A pending request is rejected. */
  close() {
    this.#socket?.destroy();
  }

  #open() {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    let reason = 'the connection was closed';
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', ({ message }) => {
      reason = message;
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
      this.#settle()?.reject(new Error(reason));
    });
    return socket;
  }

  #settle() {
    const pending = this.#pending;
    this.#pending = null;
    this.#received = [];
    this.#size = 0;
    this.#head = null;
    return pending;
  }

  #take(chunk) {
    this.#received.push(chunk);
    this.#size += chunk.length;
    this.#head ??= this.#readHead();
    if (!this.#head || !this.#isComplete()) return;
    const { status, bodyAt, length, closes } = this.#head;
    const body = this.#all().subarray(bodyAt);
    if (closes) {
      this.#socket.destroy();
      this.#socket = null;
    }
    this.#settle()?.resolve({ status, body: length === null ? withoutChunks(body) : body.toString() });
  }

  #all() {
    if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)];
    return this.#received[0];
  }

  #readHead() {
    const all = this.#all();
    const end = all.indexOf(HEAD_END);
    if (end < 0) return null;
    const text = all.latin1Slice(0, end).toLowerCase();
    const isChunked = text.includes('transfer-encoding: chunked');
    return {
      status: Number(text.slice(9, 12)),
      bodyAt: end + HEAD_END.length,
      length: isChunked ? null : Number(/content-length: *(\d+)/.exec(text)?.[1] ?? 0),
      closes: text.includes('connection: close'),
    };
  }

  #isComplete() {
    const { bodyAt, length } = this.#head;
    if (length !== null) return this.#size >= bodyAt + length;
    return this.#all().latin1Slice(-LAST_CHUNK.length) === LAST_CHUNK;
  }
}

function withoutChunks(body) {
  const parts = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.latin1Slice(at, lineEnd), 16);
    if (!size) return Buffer.concat(parts).toString();
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

const COMMON = 'HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n';

export const get = (path) => Buffer.from(`GET ${path} ${COMMON}\r\n`);

export function post(path, body) {
  const text = JSON.stringify(body);
  return Buffer.from(
    `POST ${path} ${COMMON}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

/** Sends the requests over a few connections of its own and returns the answers in order. */
export async function sendAll(port, requests, connections = 1) {
  const answers = new Array(requests.length);
  let next = 0;
  const work = async () => {
    const connection = new Connection(port);
    try {
      while (next < requests.length) {
        const index = next++;
        answers[index] = await connection.request(requests[index]);
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(connections, requests.length) }, work));
  return answers;
}
