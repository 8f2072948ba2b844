import type { ObjectRef } from '@pothos/core';
import { count } from '../../core/checks/checkText.ts';
import {
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
  MAX_TOTAL_COUNT,
  type Page,
  type PageRequest,
} from '../../core/values/page.ts';
import type { CountedPage } from '../../loading/loaders.ts';
import { builder } from './builder.ts';

const PageInfo = builder.objectRef<Page<unknown>>('PageInfo').implement({
  description: 'Where a page lies in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether something follows the last entry.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether something precedes the first entry.',
    }),
    startCursor: t.string({
      nullable: true,
      description: 'The cursor of the first entry; null on an empty page.',
      resolve: ({ rows }) => rows[0]?.cursor,
    }),
    endCursor: t.string({
      nullable: true,
      description: 'The cursor of the last entry, to be sent as `after`; null on an empty page.',
      resolve: ({ rows }) => rows.at(-1)?.cursor,
    }),
  }),
});

/**
 * The connection type of a noun. The relay plugin of Pothos makes the same shape, but encodes ids and cursors of its own;
 * ours are plain UUIDs, and cursors come from the store.
 */
export function connectionOf<Row>(node: ObjectRef<typeof builder.$inferSchemaTypes, Row>, plural: string) {
  const Edge = builder.objectRef<{ row: Row; cursor: string }>(`${node.name}Edge`).implement({
    description: `An entry of a ${node.name}Connection.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'The place of this entry in the list; opaque.' }),
      // TypeScript cannot tell, here and below, that a Row is what Pothos takes for a `node`: Row is still open.
      node: t.field({ type: node, description: 'The entry itself.', resolve: ({ row }) => row as never }),
    }),
  });
  return builder.objectRef<CountedPage<Row>>(`${node.name}Connection`).implement({
    description: `A page of ${plural}.`,
    fields: (t) => ({
      edges: t.field({
        type: [Edge],
        description: `The entries of the page with their cursors, ${MAX_PAGE_SIZE} at most.`,
        resolve: ({ rows }) => rows,
      }),
      nodes: t.field({
        type: [node],
        description: `The entries of the page, ${MAX_PAGE_SIZE} at most.`,
        resolve: ({ rows }) => rows.map(({ row }) => row) as never,
      }),
      pageInfo: t.field({ type: PageInfo, description: 'Where the page lies in its list.', resolve: (page) => page }),
      totalCount: t.int({
        description: `How many entries the whole list has; counting stops at ${count(MAX_TOTAL_COUNT)}. Counted only when asked for.`,
        resolve: (page) => page.totalCount(),
      }),
    }),
  });
}

/** The four arguments of every connection. */
export const pageArguments = () =>
  builder.args((t) => ({
    first: t.int({
      description: `How many, from the beginning of the list or from \`after\`: 0 to ${MAX_PAGE_SIZE}, ${DEFAULT_PAGE_SIZE} where neither \`first\` nor \`last\` is given. More is LIMIT_EXCEEDED, less BAD_USER_INPUT.`,
    }),
    after: t.string({
      description: 'A cursor of this list: what follows it. Another list’s cursor is INVALID_CURSOR.',
    }),
    last: t.int({
      description: `How many, from the end of the list or from \`before\`, in the order of the list: 0 to ${MAX_PAGE_SIZE}. Not together with \`first\` or \`after\`.`,
    }),
    before: t.string({
      description: 'A cursor of this list: what precedes it. Not together with `first` or `after`.',
    }),
  }));

type PageArguments = { [Name in keyof PageRequest]?: PageRequest[Name] | undefined };

/** The arguments as the store takes them; it checks them, and knows the cursors of its lists. */
export const pageRequest = ({ first, after, last, before }: PageArguments): PageRequest => ({
  first: first ?? null,
  after: after ?? null,
  last: last ?? null,
  before: before ?? null,
});
