import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LossyProxy {
  url: string;
  /** The number of answers that were not passed on. */
  lost(): number;
  close(): void;
}

/** Starts a proxy that forwards all requests but breaks the connection instead of every third answer. */
export async function startLossyProxy(serverUrl: string): Promise<LossyProxy> {
  let requests = 0;
  let lost = 0;
  const proxy = createServer(async (request, response) => {
    request.setEncoding('utf8');
    let body = '';
    for await (const part of request) body += part;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${serverUrl}${request.url}`, { method: 'POST', headers, body });
    const text = await answer.text();
    requests += 1;
    if (requests % 3 === 0) {
      lost += 1;
      response.destroy();
    } else response.writeHead(answer.status, headers).end(text);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, // The cast: a server on TCP has a port.
    lost: () => lost,
    close: () => void proxy.close(),
  };
}
