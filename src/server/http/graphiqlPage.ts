import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { GRAPHIQL_EXAMPLES } from './graphiqlExamples.ts';

/** GraphiQL with everything it needs in one page, so that it works without internet. Nothing is loaded before it is asked for. */
export function createGraphiqlPage(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let rendered: Promise<RenderedPage> | undefined;
  return async (request, response) => {
    rendered ??= renderPage();
    const { etag, zipped } = await rendered;
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      etag,
    };
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
    if (/\bgzip\b/.test(String(request.headers['accept-encoding']))) {
      response.writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': zipped.length });
      return void response.end(zipped);
    }
    response.writeHead(200, headers);
    await pipeline(Readable.from([zipped]), createGunzip(), response);
  };
}

interface RenderedPage {
  etag: string;
  zipped: Buffer;
}

/** The page may talk to this server only, and no other page may put it into a frame. */
const POLICY =
  "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * With more than one tab at the start, GraphiQL's tabs jump away under the mouse: the library that lets them be dragged
 * leaves a shift on each, which a pressed tab then shows. Clicks come before dragging.
 */
const STYLE = '.graphiql-tab { transform: none !important }';

async function renderPage(): Promise<RenderedPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'FlowQL',
    endpoint: '/graphql',
    // Over fetch, the headers of a tab, with an API key among them, also hold for its subscriptions.
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
  return { zipped, etag: `"${createHash('sha256').update(zipped).digest('base64url')}"` };
}

/**
 * Runs in the browser, before GraphiQL. The examples are about "the run you have just made", whose id GraphQL cannot hand
 * from one document to the next: a variable `flowId` or `flowRunId` with the value `newest` becomes the id of the newest
 * flow or run, asked for with the same headers, when the operation is sent.
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
