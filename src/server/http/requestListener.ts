import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Authentication } from '../access/authentication.ts';
import type { BrowserGuard } from '../access/browserGuard.ts';
import { type ClientError, RequestFault } from '../observing/clientError.ts';
import type { Observations } from '../observing/observations.ts';
import type { PresentError } from '../observing/presentError.ts';
import { type Answer, answerOf, jsonAnswer, SAFE_HEADERS, send } from './answer.ts';
import { isLogsCsvPath } from './logsCsvPage.ts';
import { acceptsHtml, chooseForm, JSON_FORM } from './mediaType.ts';

type Page = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface ListenerParts {
  graphql: Page;
  logsCsv: Page;
  graphiql: Page;
  authentication: Authentication;
  guard: BrowserGuard;
  observations: Observations;
  /** Rejects while the server cannot answer requests. */
  ready: () => Promise<void>;
  present: PresentError;
  log: Logger;
}

const PASS: Answer = {
  status: 200,
  headers: { 'content-type': 'application/health+json' },
  body: JSON.stringify({ status: 'pass' }),
};

/** Older Prefect 1 clients post to `/` and `/graphql/alpha`. */
const GRAPHQL_PATHS = ['/graphql', '/graphql/', '/graphql/alpha', '/'];

export const isGraphqlPath = (url: string | undefined): boolean => GRAPHQL_PATHS.includes(pathOf(url));

export function createRequestListener(parts: ListenerParts): RequestListener {
  const { graphql, logsCsv, graphiql, authentication, guard, observations, ready, present, log } = parts;

  /** Wraps a page that returns data with checks of host, origin and method, and with CORS headers. */
  const guarded =
    (page: Page, methods: string[]): Page =>
    async (request, response) => {
      guard.check(request, await authentication.isOpen());
      guard.allowOrigin(request, response);
      if (request.method === 'OPTIONS') {
        const allow = [...methods, 'OPTIONS'].join(', ');
        return void response.writeHead(204, { ...SAFE_HEADERS, allow }).end();
      }
      allowMethods(request, methods);
      return page(request, response);
    };

  const graphqlAnswer = guarded(graphql, ['GET', 'POST']);
  const logsCsvPage = guarded(logsCsv, ['GET', 'HEAD']);
  const graphqlPage: Page = (request, response) => {
    // GraphiQL's page contains no data, so it needs neither an API key nor the database.
    if (request.method === 'GET' && acceptsHtml(request.headers.accept)) return browserPage(request, response);
    return graphqlAnswer(request, response);
  };
  const browserPage: Page = (request, response) =>
    pathOf(request.url) === '/graphql' ? graphiql(request, response) : redirect(response, '/graphql');

  const pages = new Map<string, Page>([
    ...GRAPHQL_PATHS.map((path): [string, Page] => [path, graphqlPage]),
    ['/health', reading(async () => jsonAnswer(200, { status: 'ok', version: packageJson.version }))],
    // Health checks in Prefect 1's compose files and Helm charts use this path of its Apollo server.
    ['/.well-known/apollo/server-health', reading(async () => PASS, ['GET', 'HEAD', 'POST'])],
    [
      '/ready',
      reading(async () => {
        await ready();
        return jsonAnswer(200, { status: 'ready' });
      }),
    ],
    [
      '/metrics',
      reading(async (request) => {
        const { headers, socket } = request;
        guard.check(request, await authentication.isOpen());
        await authentication.viewerOf(headers.authorization, socket.remoteAddress);
        const { contentType, text } = await observations.metrics();
        return { status: 200, headers: { 'content-type': contentType }, body: text };
      }),
    ],
  ]);
  const missing: Page = ({ url }) => {
    throw new RequestFault(404, 'NOT_FOUND', `Path ${pathOf(url).slice(0, 100)} not found. GraphQL is at /graphql.`);
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url);
    const page = pages.get(path) ?? (isLogsCsvPath(path) ? logsCsvPage : missing);
    try {
      await page(request, response);
    } catch (error) {
      if (response.destroyed) return void log.debug({ path, err: error }, 'the client closed the connection');
      const errors = [present(error)];
      observations.refused(errors);
      if (response.headersSent) return void response.destroy();
      const refusal = answerOf({ errors }, chooseForm(request.headers.accept) ?? JSON_FORM);
      send(response, isReadByPrefect1(request, errors) ? { ...refusal, status: 200 } : refusal);
    }
  }

  return (request, response) => {
    if (log.isLevelEnabled('debug')) logWhenDone(log, request, response);
    void answer(request, response);
  };
}

const pathOf = (url = '/'): string => url.split('?', 1)[0] ?? '/';

/**
 * If a response with status 200 has the error code "UNAUTHENTICATED", Prefect 1's client tells the user what to do. For
 * a response with status 401 it prints a stack trace.
 */
const isReadByPrefect1 = ({ headers }: IncomingMessage, errors: ClientError[]): boolean =>
  headers['x-prefect-core-version'] !== undefined && errors.some(({ code }) => code === 'UNAUTHENTICATED');

const redirect = (response: ServerResponse, location: string): void =>
  void response.writeHead(302, { ...SAFE_HEADERS, location }).end();

function allowMethods(request: IncomingMessage, methods: string[]): void {
  if (methods.includes(request.method ?? '')) return;
  const allow = methods.join(', ');
  throw new RequestFault(405, 'BAD_REQUEST', `Method ${request.method} is not allowed. Use ${allow}.`, allow);
}

const reading =
  (read: (request: IncomingMessage) => Promise<Answer>, methods = ['GET', 'HEAD']): Page =>
  async (request, response) => {
    allowMethods(request, methods);
    send(response, await read(request));
  };

function logWhenDone(log: Logger, request: IncomingMessage, response: ServerResponse): void {
  const start = performance.now();
  const { method, url } = request;
  response.once('close', () => {
    const milliseconds = performance.now() - start;
    log.debug({ method, path: pathOf(url), status: response.statusCode, milliseconds }, 'request');
  });
}
