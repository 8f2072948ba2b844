/** What an answer to a query or mutation may be. */
export type MediaType = 'application/json' | 'application/graphql-response+json';

const MATCHES: { readonly [accepted: string]: MediaType } = {
  '*/*': 'application/json',
  'application/*': 'application/json',
  'application/json': 'application/json',
  'application/graphql-response+json': 'application/graphql-response+json',
};

const acceptedTypes = (accept: string): string[] =>
  accept.split(',').map((type) => (type.split(';', 1)[0] ?? '').trim().toLowerCase());

/** The first of the client's types that we can give; null where there is none. Nothing asked for is JSON. */
export function chooseMediaType(accept: string | undefined): MediaType | null {
  if (accept === undefined || accept === '') return 'application/json';
  for (const type of acceptedTypes(accept)) if (Object.hasOwn(MATCHES, type)) return MATCHES[type] ?? null;
  return null;
}

export const acceptsEventStream = (accept: string | undefined): boolean =>
  accept !== undefined && acceptedTypes(accept).includes('text/event-stream');

export const acceptsHtml = (accept: string | undefined): boolean =>
  accept !== undefined && acceptedTypes(accept).includes('text/html');
