import http, { type IncomingHttpHeaders } from 'node:http';
import { expect } from 'vitest';
import { type MutationName, type Payload, SELECTIONS } from './payloads.ts';
import { serverUrl } from './prefect1Server.ts';

/** A document with the type of its data. The type leaves out nulls: a case checks for them. */
export interface Document<Data> {
  text: string;
  readonly data?: Data;
}
export const document = <Data = unknown>(text: string): Document<Data> => ({ text });

export const mutationDocument = <Name extends MutationName>(name: Name): Document<{ [key in Name]: Payload<Name> }> =>
  document(`mutation($input: ${name}_input!) { ${name}(input: $input) { ${SELECTIONS[name]} } }`);

export interface Answer<Data = Record<string, unknown>> {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Empty if the text is not JSON. */
  body: { data?: Data; errors?: { message: string; extensions?: { code?: string } }[] };
}

type HeaderValues = Record<string, string>;

/** Sends a request with the given headers only. */
export function request<Data>(
  method: string,
  path: string,
  { headers = {}, body }: { headers?: HeaderValues; body?: string | Buffer } = {},
): Promise<Answer<Data>> {
  return new Promise((resolve, reject) => {
    const sent = http.request(serverUrl() + path, { method, headers }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part) => (text += part))
        .on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) }),
        );
    });
    sent.on('error', reject).end(body);
  });
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Posts a body with the headers of a Prefect 1 client. */
export const postBody = <Data>(body: unknown, { path = '/graphql', headers = {} }: PostOptions = {}) =>
  request<Data>('POST', path, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', accept: '*/*', 'x-prefect-core-version': '1.4.1', ...headers },
  });

interface PostOptions {
  path?: string;
  headers?: HeaderValues;
}

export const post = <Data>({ text }: Document<Data>, variables: object | null = null, options: PostOptions = {}) =>
  postBody<Data>({ query: text, variables }, options);

/** Returns the data of an answer without the key `errors`: Prefect 1 clients fail on `"errors": null`. */
export async function query<Data>(
  document: Document<Data>,
  variables: object | null = null,
  options: PostOptions = {},
): Promise<Data> {
  const { status, text, body } = await post(document, variables, options);
  const what = document.text.replace(/\s+/g, ' ').slice(0, 90);
  if (!body.data || 'errors' in body) throw new Error(`${what}: HTTP ${status} ${text.slice(0, 400)}`);
  return body.data;
}

export async function mutate<Name extends MutationName>(
  name: Name,
  input: object,
  options: PostOptions = {},
): Promise<Payload<Name>> {
  const payload = (await query(mutationDocument(name), { input }, options))[name];
  if (!payload) throw new Error(`${name} gave no payload`);
  return payload;
}

/** Runs a mutation and expects this `success`. */
export async function succeeds(name: MutationName, input: object, success = true): Promise<void> {
  expect(await mutate(name, input), name).toMatchObject({ success });
}

/** Runs a mutation and expects that its resolver rejects it: HTTP 200, no payload and this error first. */
export async function refused(name: MutationName, input: object, message: string | RegExp): Promise<void> {
  const answer = await post(mutationDocument(name), { input });
  expect(answer.status, `${name}: ${answer.text.slice(0, 200)}`).toBe(200);
  expectError(answer, message);
  expect(answer.body.data?.[name] ?? null, name).toBeNull();
}

/** Expects the message of the first error: a text equals it, a pattern matches it. */
export function expectError({ body, text }: Answer<unknown>, message: string | RegExp): void {
  const got = body.errors?.[0]?.message ?? text.slice(0, 300);
  if (typeof message === 'string') expect(got).toBe(message);
  else expect(got).toMatch(message);
}
