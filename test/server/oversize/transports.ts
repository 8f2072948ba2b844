import http from 'node:http';
import WebSocket from 'ws';

/** A GraphQL request as JSON text: `variables` is not parsed, because it may be larger than JSON.parse should read. */
export interface SentRequest {
  query: string;
  variables: string;
}

/** Sends a request and resolves when it is answered or refused, with the first part of the answer. */
export type Transport = (url: string, request: SentRequest) => Promise<string>;

const bodyOf = ({ query, variables }: SentRequest) => `{"query":${JSON.stringify(query)},"variables":${variables}}`;

function send(url: string, accept: string, body?: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = { accept, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const request = http.request(
      url,
      { method: body === undefined ? 'GET' : 'POST', agent: false, headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          if (text.length < 10_000) text += chunk;
          // A stream does not end by itself. Its first event, or the second comment that keeps it alive, is the answer.
          if (accept === 'text/event-stream' && (/^data: .*\n/m.test(text) || text.split(':\n').length > 2))
            response.destroy();
        });
        response.on('close', () => resolve(text));
      },
    );
    // The server closes the connection of a body that it refuses.
    request.on('error', (error) => resolve(String(error)));
    request.end(body);
  });
}

/**
 * Opens a socket, sends the request after `connection_ack`, and closes it after the answer. A subscription may have no
 * events: its answer is that of the tenth ping.
 */
function overSocket(url: string, request: SentRequest): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    const mayBeSilent = request.query.startsWith('subscription');
    let text = '';
    let pongs = 0;
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data) => {
      const message = String(data);
      if (message.startsWith('{"type":"pong"')) pongs += 1;
      if (message.startsWith('{"type":"connection_ack"'))
        socket.send(`{"id":"1","type":"subscribe","payload":${bodyOf(request)}}`);
      else if (pongs === 0 || pongs === 10) {
        text = message.slice(0, 10_000);
        return socket.terminate();
      }
      if (mayBeSilent) socket.send('{"type":"ping"}');
    });
    socket.on('error', () => {});
    socket.on('close', (code, reason) => resolve(text || `${code} ${reason}`));
  });
}

/** Sends the variables in `connection_init`. */
export function overNewSocket(url: string, { variables }: SentRequest): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('open', () => socket.send(`{"type":"connection_init","payload":${variables}}`));
    socket.on('message', () => socket.terminate());
    socket.on('error', () => {});
    socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
  });
}

export const TRANSPORTS = {
  'a POST': (url, request) => send(url, 'application/json', bodyOf(request)),
  'a POST with variables as a string': (url, { query, variables }) =>
    send(url, 'application/json', JSON.stringify({ query, variables })),
  'a batch of ten': (url, request) => send(url, 'application/json', `[${Array(10).fill(bodyOf(request))}]`),
  'a stream of server-sent events': (url, request) => send(url, 'text/event-stream', bodyOf(request)),
  'a WebSocket': overSocket,
  // Node.js refuses longer URLs.
  'a GET': (url, { query, variables }) =>
    send(
      `${url}?query=${encodeURIComponent(query).slice(0, 7_000)}&variables=${encodeURIComponent(variables.slice(0, 2_000))}`,
      'application/json',
    ),
} satisfies { [name: string]: Transport };

export type TransportName = keyof typeof TRANSPORTS;
