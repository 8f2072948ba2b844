import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { SAFE_HEADERS } from './answer.ts';
import { GRAPHIQL_EXAMPLES } from './graphiqlExamples.ts';
import { acceptsGzip } from './mediaType.ts';

/** Serves GraphiQL as one self-contained page, which works without internet access. The first request renders it. */
export function createGraphiqlPage(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let rendered: Promise<RenderedPage> | undefined;
  return async (request, response) => {
    rendered ??= renderPage();
    const { etag, policy, zipped } = await rendered;
    const headers = {
      ...SAFE_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      etag,
    };
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
    if (acceptsGzip(request.headers['accept-encoding'])) {
      response.writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': zipped.length });
      return void response.end(zipped);
    }
    response.writeHead(200, headers);
    await pipeline(Readable.from([zipped]), createGunzip(), response);
  };
}

interface RenderedPage {
  etag: string;
  policy: string;
  zipped: Buffer;
}

/**
 * The page may only run its own scripts and only send requests to this server, and no other page may embed it in a
 * frame. Its editor adds styles to elements, and its parts load fonts and workers from `data:` and `blob:` URLs.
 */
const policyOf = (html: string): string =>
  [
    "default-src 'self'",
    `script-src ${scriptsOf(html).map(hashOf).join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    'worker-src blob: data:',
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const scriptsOf = (html: string): string[] =>
  [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
const hashOf = (script: string) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

/**
 * If GraphiQL starts with more than one tab, a pressed tab jumps away from the mouse: its drag-and-drop library leaves
 * a transform on each tab. Clicking tabs matters more than dragging them.
 */
const STYLE = '.graphiql-tab { transform: none !important }';

async function renderPage(): Promise<RenderedPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'FlowQL',
    endpoint: '/graphql',
    // With SSE, a tab's subscriptions use the headers of the tab, including an API key.
    subscriptionsProtocol: 'SSE',
    defaultTabs: GRAPHIQL_EXAMPLES.map(({ query, variables }) => ({
      query,
      variables: JSON.stringify(variables ?? {}, null, 2),
    })),
    headers: '{}',
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: 'variables',
    schemaDescription: true,
    inputValueDeprecation: true,
  }).replace('<head>', `<head><script>(${fillInNewest})();</script><style>${STYLE}</style>`);
  const zipped = await promisify(gzip)(html);
  return { zipped, policy: policyOf(html), etag: `"${createHash('sha256').update(zipped).digest('base64url')}"` };
}

/**
 * Runs in the browser, before GraphiQL. The examples work on the run that an earlier example created, and GraphQL
 * cannot pass its id from one document to the next. So when an operation is sent, a variable `flowId` or `flowRunId`
 * with the value `newest` is replaced with the id of the newest flow or run, which is fetched with the same headers.
 */
const fillInNewest = `function () {
  const NEWEST = {
    flowId: '{ found: flows(first: 1) { nodes { id } } }',
    flowRunId: '{ found: flowRuns(first: 1) { nodes { id } } }',
  };
  const send = window.fetch;
  async function newest(name, headers) {
    const body = JSON.stringify({ query: NEWEST[name] });
    const answer = await send('/graphql', { method: 'POST', headers, body });
    const { data } = await answer.json();
    return data?.found.nodes[0]?.id ?? 'newest';
  }
  async function fillIn(variables, given) {
    const headers = { ...given, accept: 'application/json', 'content-type': 'application/json' };
    for (const name in NEWEST)
      if (variables?.[name] === 'newest') variables[name] = await newest(name, headers);
    return variables;
  }
  window.fetch = async function (url, init) {
    if (typeof init?.body === 'string') {
      const request = JSON.parse(init.body);
      await fillIn(request.variables, init.headers);
      return send(url, { ...init, body: JSON.stringify(request) });
    }
    // Subscriptions are sent with GET.
    const address = new URL(url, location.href);
    const variables = JSON.parse(address.searchParams.get('variables') ?? 'null');
    if (variables) address.searchParams.set('variables', JSON.stringify(await fillIn(variables, init?.headers)));
    return send(address.href, init);
  };
}`;
