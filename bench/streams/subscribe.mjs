import { once } from 'node:events';
import { WebSocket } from 'ws';
import { request } from '../server.mjs';

const SUBSCRIPTION = `subscription Watch($flowRunId: ID!, $after: String, $from: StreamStart) {
  flowRunStates(flowRunId: $flowRunId, after: $after, from: $from) {
    cursor state { version type name timestamp message }
  }
}`;
const PUBLISH = `mutation Publish($flowRunId: ID!, $message: String!) {
  setFlowRunState(input: { flowRunId: $flowRunId, state: { type: RUNNING, message: $message } }) {
    verdict state { version }
  }
}`;
const VERSION = /"version":(\d+)/;

/**
 * Subscribes to a run's states over a connection of its own. It implements the protocol by hand, to leave the CPU to the
 * server. Rejects if the server refuses the connection. An event that is not the next one throws.
 * @param {{ received: (event: { text: string, version: number }) => void, after?: { cursor: string, version: number } }} options
 *   `after` is the last event that an earlier connection received; without it, the stream starts now
 */
export async function subscribe(url, flowRunId, { received, after }) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { perMessageDeflate: false });
  const closed = once(socket, 'close').then(([code]) => {
    throw new Error(`the server closed a connection with ${code}`);
  });
  closed.catch(() => {});
  await Promise.race([once(socket, 'open'), closed]);
  socket.send('{"type":"connection_init"}');
  await Promise.race([once(socket, 'message'), closed]);
  let last = after?.version ?? null;
  socket.on('message', (data) => {
    const text = String(data);
    if (text === '{"type":"ping"}') return socket.send('{"type":"pong"}');
    const version = Number(VERSION.exec(text)?.[1]);
    if (!version || (last !== null && version !== last + 1)) throw new Error(`after ${last} came ${text}`);
    last = version;
    received({ text, version });
  });
  const variables = { flowRunId, ...(after ? { after: after.cursor } : { from: 'NOW' }) };
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION, variables } }));
  return socket;
}

/** Sets the next state of the run. */
export const publish = (url, flowRunId, number) => request(url, PUBLISH, { flowRunId, message: `event ${number}` });
