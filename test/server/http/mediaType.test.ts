import { expect, test } from 'vitest';
import { acceptsEventStream, acceptsGzip, acceptsHtml, chooseForm } from '../../../src/server/http/mediaType.ts';

const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';
const CHROMIUM = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

test.each<[accept: string | undefined, form: string | null, refused?: 200 | 400]>([
  [undefined, JSON_TYPE, 200],
  ['', JSON_TYPE, 200],
  [JSON_TYPE, JSON_TYPE, 200],
  [GRAPHQL_TYPE, GRAPHQL_TYPE, 400],
  ['*/*', JSON_TYPE, 400],
  ['application/*', JSON_TYPE, 400],
  [`${JSON_TYPE}, ${GRAPHQL_TYPE}`, JSON_TYPE, 200],
  [`${GRAPHQL_TYPE}, ${JSON_TYPE}`, GRAPHQL_TYPE, 400],
  [`${GRAPHQL_TYPE}; charset=utf-8, ${JSON_TYPE}; charset=utf-8`, GRAPHQL_TYPE, 400],
  [`${GRAPHQL_TYPE};charset="UTF-8";q=0.2, ${JSON_TYPE}`, JSON_TYPE, 200],
  [`${GRAPHQL_TYPE};q=0, ${JSON_TYPE}`, JSON_TYPE, 200],
  [`${JSON_TYPE};q=0.5, ${GRAPHQL_TYPE};q=0.9`, GRAPHQL_TYPE, 400],
  [`${GRAPHQL_TYPE};q=0.1, ${JSON_TYPE};q=1`, JSON_TYPE, 200],
  [`${JSON_TYPE};q=0, ${GRAPHQL_TYPE};q=1`, GRAPHQL_TYPE, 400],
  [`*/*, ${JSON_TYPE};q=0`, GRAPHQL_TYPE, 400],
  [`*/*;q=0.1, ${GRAPHQL_TYPE};q=0`, JSON_TYPE, 400],
  [`APPLICATION/JSON; Q=0.3, text/plain`, JSON_TYPE, 200],
  [`${JSON_TYPE};q=0, ${GRAPHQL_TYPE};q=0`, null],
  ['application/*;q=0', null],
  ['*/*;q=0', null],
  ['text/plain', null],
  ['text/event-stream', null],
])('accept %s is answered with %s', (accept, mediaType, refused) => {
  expect(chooseForm(accept)).toEqual(mediaType === null ? null : { mediaType, refused });
});

test.each<[accept: string | undefined, isAccepted: boolean]>([
  ['text/event-stream', true],
  ['application/json, Text/Event-Stream;q=0.5', true],
  ['text/event-stream;q=0', false],
  ['text/event-stream;q=0.000, */*', false],
  ['*/*', false],
  [undefined, false],
])('accept %s asks for an event stream: %s', (accept, isAccepted) => {
  expect(acceptsEventStream(accept)).toBe(isAccepted);
});

test.each<[accept: string | undefined, isAccepted: boolean]>([
  [CHROMIUM, true],
  ['text/html', true],
  ['text/html;q=0, */*', false],
  ['application/json, text/html;q=0.1', false],
  ['*/*', false],
  [undefined, false],
])('accept %s asks for a page: %s', (accept, isAccepted) => {
  expect(acceptsHtml(accept)).toBe(isAccepted);
});

test.each<[acceptEncoding: string | undefined, isAccepted: boolean]>([
  ['gzip, deflate', true],
  ['gzip, deflate, br, zstd', true],
  ['gzip;q=0', false],
  ['identity, gzip;q=0.2', false],
  ['*;q=0.5, gzip;q=0', false],
  ['identity', false],
  ['', false],
  [undefined, false],
])('accept-encoding %s is answered with gzip: %s', (acceptEncoding, isAccepted) => {
  expect(acceptsGzip(acceptEncoding)).toBe(isAccepted);
});
