import { Agent, request } from 'node:http';
import { ApiError, type ErrorKind } from '../api.ts';

const KINDS: { [status: number]: ErrorKind } = {
  400: 'bad_request',
  401: 'bad_request',
  403: 'bad_request',
  404: 'not_found',
  405: 'not_found',
  409: 'conflict',
  422: 'validation',
  503: 'unavailable',
};

export interface Answer<Body = unknown> {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The text, parsed if it is JSON. */
  body: Body;
}
export type Prefect3Request = <Body>(method: string, path: string, body?: object) => Promise<Answer<Body>>;

/** Prefect 3's server closes idle connections silently: a request that fails for this reason is retried once. */
export function prefect3Request(url: string): { call: Prefect3Request; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const base = new URL(`${url.replace(/\/$/, '')}/`);
  const send = (method: string, path: string, body: string | undefined) =>
    new Promise<Answer>((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const sent = request(new URL(path, base), { method, agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, text, body: jsonOf(text) });
        });
      });
      sent.on('error', reject).end(body);
    });
  return {
    async call<Body>(method: string, path: string, body?: object) {
      const text = body && JSON.stringify(body);
      const answer = await send(method, path, text).catch(() => send(method, path, text));
      if (answer.status >= 400) throw new ApiError(KINDS[answer.status] ?? 'internal', errorText(answer));
      return answer as Answer<Body>; // The cast: the caller knows the answer of its route.
    },
    close: () => agent.destroy(),
  };
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text; // An exported file or the value of an input.
  }
};

const errorText = ({ status, text }: Answer): string => `${status} ${text}`.slice(0, 500);
