import { setTimeout as wait } from 'node:timers/promises';
import type { JsonObject } from '../core/values/jsonObject.ts';
import { Problem, type ProblemCode } from '../core/values/problem.ts';
import { writeJson } from '../core/values/writeJson.ts';

export interface ResendingClient {
  /**
   * Sends an operation and returns its data. If the server cannot be reached or responds UNAVAILABLE, sends the same
   * request again for up to a minute. A mutation therefore needs an idempotency key.
   * @throws Problem the server's error, or UNAVAILABLE after a minute
   */
  send<Data>(document: string, variables: JsonObject): Promise<Data>;
}

export interface ResendingClientOptions {
  url: string;
  /** Sent as a bearer token. */
  apiKey?: string | undefined;
  /** Called once per outage, with its reason, when the first attempt fails. */
  onOutage: (reason: string) => void;
}

const GIVE_UP_AFTER_MS = 60_000;
/** A server whose machine fails may never close the connection. */
const ANSWER_WITHIN_MS = 20_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

export function resendingClient({ url, apiKey, onOutage }: ResendingClientOptions): ResendingClient {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
    ...(apiKey && { authorization: `Bearer ${apiKey}` }),
  };
  return {
    async send<Data>(query: string, variables: JsonObject) {
      const body = writeJson({ query, variables });
      const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        const answer = await post(url, headers, body);
        if ('data' in answer) return answer.data as Data; // the caller declares the data of its own document
        if (answer.problem.code !== 'UNAVAILABLE' || Date.now() + pause > giveUpAt) throw answer.problem;
        if (pause === FIRST_PAUSE_MS) onOutage(answer.problem.message);
        await wait(pause);
      }
    },
  };
}

type Answer = { data: unknown } | { problem: Problem };

async function post(url: string, headers: Record<string, string>, body: string): Promise<Answer> {
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    status = response.status;
    text = await response.text();
  } catch (error) {
    return { problem: new Problem('UNAVAILABLE', `${url} does not answer: ${causeOf(error)}`) };
  }
  return answerOf(status, text) ?? { problem: noGraphql(url, status) };
}

function answerOf(status: number, text: string): Answer | null {
  let json: { data?: unknown; errors?: { message: string; extensions?: { code?: ProblemCode } }[] } | null;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const error = json?.errors?.[0];
  if (error) return { problem: new Problem(error.extensions?.code ?? codeOf(status), error.message) };
  return json?.data ? { data: json.data } : null;
}

const codeOf = (status: number): ProblemCode => (status >= 502 ? 'UNAVAILABLE' : 'BAD_REQUEST');

const noGraphql = (url: string, status: number) =>
  new Problem(
    codeOf(status),
    `${url} returned HTTP ${status} and no GraphQL response. Is it the GraphQL endpoint of a FlowQL server?`,
  );

/** fetch rejects with "fetch failed"; the reason is in the cause. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } }; // fetch rejects with errors only
  return cause?.code ?? cause?.message ?? message;
}
