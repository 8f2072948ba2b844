import type { ObjectRef } from '@pothos/core';
import { count } from '../../core/checks/checkText.ts';
import {
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
  MAX_TOTAL_COUNT,
  type Page,
  type PageRequest,
} from '../../core/values/page.ts';
import type { CountedPage } from '../../loading/countedPage.ts';
import { builder } from './builder.ts';

const PageInfo = builder.objectRef<Page<unknown>>('PageInfo').implement({
  description: 'The position of a page in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      description: 'Whether the list continues after the last item of the page.',
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether the list has items before the first item of the page.',
    }),
    startCursor: t.string({
      nullable: true,
      description: 'The cursor of the first item; null if the page is empty.',
      resolve: ({ rows }) => rows[0]?.cursor,
    }),
    endCursor: t.string({
      nullable: true,
      description: 'The cursor of the last item, to be sent as `after`; null if the page is empty.',
      resolve: ({ rows }) => rows.at(-1)?.cursor,
    }),
  }),
});

/**
 * Returns the connection type of a node type. The Relay plugin of Pothos builds the same shape, but encodes ids and
 * cursors itself; here ids are plain UUIDs, and the store creates the cursors.
 */
export function connectionOf<Row>(node: ObjectRef<typeof builder.$inferSchemaTypes, Row>, plural: string) {
  const Edge = builder.objectRef<{ row: Row; cursor: string }>(`${node.name}Edge`).implement({
    description: `An item of a ${node.name}Connection, with its cursor.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'The position of the item in the list, as an opaque string.' }),
      // Here and below: Row is a type parameter, so TypeScript cannot check it against what Pothos expects of `node`.
      node: t.field({ type: node, description: 'The item.', resolve: ({ row }) => row as never }),
    }),
  });
  return builder.objectRef<CountedPage<Row>>(`${node.name}Connection`).implement({
    description: `A page of ${plural}.`,
    fields: (t) => ({
      edges: t.field({
        type: [Edge],
        description: `The items of the page with their cursors; at most ${MAX_PAGE_SIZE}.`,
        resolve: ({ rows }) => rows,
      }),
      nodes: t.field({
        type: [node],
        description: `The items of the page; at most ${MAX_PAGE_SIZE}.`,
        resolve: ({ rows }) => rows.map(({ row }) => row) as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'The position of the page in its list.',
        resolve: (page) => page,
      }),
      totalCount: t.int({
        description:
          `How many items the whole list has. Counting stops at ${count(MAX_TOTAL_COUNT)}. Computed only ` +
          'if selected.',
        resolve: (page) => page.totalCount(),
      }),
    }),
  });
}

/** The four arguments of every connection. */
export const pageArguments = () =>
  builder.args((t) => ({
    first: t.int({
      description:
        'Returns this many items from the start of the list, or from after the cursor `after`. Must be between 0 and ' +
        `${MAX_PAGE_SIZE}; defaults to ${DEFAULT_PAGE_SIZE} unless \`last\` or \`before\` is set. More than ` +
        `${MAX_PAGE_SIZE} fails with LIMIT_EXCEEDED, a negative value with BAD_USER_INPUT.`,
    }),
    after: t.string({
      description:
        'A cursor of this list. Returns the items after it. A cursor of another list fails with INVALID_CURSOR.',
    }),
    last: t.int({
      description:
        'Returns this many items from the end of the list, or from before the cursor `before`, in the order of the ' +
        `list. Must be between 0 and ${MAX_PAGE_SIZE}; defaults to ${DEFAULT_PAGE_SIZE} if only \`before\` is set. ` +
        `More than ${MAX_PAGE_SIZE} fails with LIMIT_EXCEEDED, a negative value with BAD_USER_INPUT, and so does a ` +
        'combination with `first` or `after`.',
    }),
    before: t.string({
      description:
        'A cursor of this list. Returns the items before it. A cursor of another list fails with INVALID_CURSOR, a ' +
        'combination with `first` or `after` with BAD_USER_INPUT.',
    }),
  }));

type PageArguments = { [Name in keyof PageRequest]?: PageRequest[Name] | undefined };

/** Returns the arguments in the form of the store, which checks them and decodes the cursors. */
export const pageRequest = ({ first, after, last, before }: PageArguments): PageRequest => ({
  first: first ?? null,
  after: after ?? null,
  last: last ?? null,
  before: before ?? null,
});
