import { readFileSync } from 'node:fs';
import { getOperationAST, parse } from 'graphql';
import type { Client } from 'graphql-ws/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../support/waitFor.ts';
import { post, type Serving, serving } from './serving.ts';
import { openClient, receive } from './sockets.ts';

// The examples of docs/api.md, run from top to bottom.

const page = readFileSync('docs/api.md', 'utf8');
const operations = page
  .split(/^### /m)
  .slice(1)
  .flatMap((section) => {
    const [heading = ''] = section.split('\n');
    return [...section.matchAll(/^```graphql\n(.*?)^```$/gms)].map(([, source = '']) => ({ heading, source }));
  });

let served: Serving;
let client: Client;
beforeAll(async () => {
  served = await serving();
  client = openClient(served.url);
});
afterAll(async () => {
  await client.dispose();
  await served.close();
});

/** The ids of the last answers: the id of a `flowRun` is `flowRunId`. */
const ids: Record<string, string> = {};

function remember(answer: unknown): void {
  for (const [key, value] of Object.entries(answer ?? {})) {
    if (typeof value === 'object' && value && 'id' in value) ids[`${key}Id`] = String(value.id);
    if (typeof value === 'object') remember(value);
  }
}

async function answerTo(source: string): Promise<{ data?: unknown; errors?: unknown } | undefined> {
  const operation = getOperationAST(parse(source));
  const names = operation?.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
  const variables = Object.fromEntries(names.map((name) => [name, ids[name]]));
  if (operation?.operation !== 'subscription') return (await post(served.url, { query: source, variables })).body;
  const received = receive(client, source, variables);
  await waitFor(() => received.results.length > 0 || received.isOver);
  received.stop();
  return received.results[0] ?? { errors: received.error };
}

describe('the examples of docs/api.md on a fresh server', () => {
  test.each(operations)('the example of docs/api.md runs: $heading', async ({ source }) => {
    const answer = await answerTo(source);
    expect(answer?.errors).toBeUndefined();
    expect(JSON.stringify(answer?.data)).not.toContain('"rejected":[{');
    remember(answer?.data);
  });
});

test('every function in the tables of docs/api.md links to an example that uses its fields', () => {
  const rows = page.split('\n').filter((line) => /^\| .*\]\(#/.test(line));
  const anchors = operations.map(({ heading }) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const row of rows) {
    const [, anchor = ''] = /\]\(#(.+?)\)/.exec(row) ?? [];
    expect(anchors).toContain(anchor);
    const sources = operations.filter((_, index) => anchors[index] === anchor).map(({ source }) => source);
    const [fields = ''] = row.split('|').slice(-3);
    for (const [, field = ''] of fields.matchAll(/`(?:\w+\.)?(\w+)`/g)) expect(sources.join('\n')).toContain(field);
  }
});
