import { type FieldNode, getArgumentValues } from 'graphql';
import type { Page } from '../../core/values/page.ts';
import type { TextRow } from '../../store/connection/database.ts';
import type { Level } from '../../store/plans/level.ts';
import type { LevelPage } from '../../store/plans/levelStatement.ts';
import type { ChildList, PlanList, RootList } from '../../store/plans/planTables.ts';
import { readLevelPage, readLevelPages } from '../../store/plans/readLevel.ts';
import { walkValues } from '../../store/query/pageQuery.ts';
import { type PageWalk, pageWalk } from '../../store/query/pageWalk.ts';
import { pageRequest } from '../building/connectionOf.ts';
import type { FilterKind } from '../filters/filterFields.ts';
import { type FilterInput, toFilter } from '../filters/toFilter.ts';
import type { Values } from './collectedFields.ts';
import type { Field, ListArguments, PlanRun } from './planRun.ts';
import { Unplanned } from './unplanned.ts';

/** A list in an operation. */
export interface ListField {
  field: Field;
  node: FieldNode;
  list: PlanList;
}

/** A list of children, of which a page is read for each row of a level. */
export interface ChildPages {
  /** The place of the list in the plan. */
  slot: number;
  list: ChildList;
  level: Level;
  /** The column with the id of the parent. */
  parentId: number;
  hasCursors: boolean;
}

export type ChildrenOf = ReadonlyMap<Level, readonly ChildPages[]>;

/** Returns the arguments of a list in the form of the store. Throws a GraphQLError or a Problem for those that are invalid. */
export function argumentsOf({ field, node, list }: ListField, variables: Values): ListArguments {
  const { filter, sort, ...page } = getArgumentValues(field, node, variables);
  const chosen = typeof sort === 'string' ? sort : list.sort;
  const order = list.orders[chosen];
  if (!order) throw new Unplanned(chosen);
  // The schema has checked that it is a filter of this kind.
  const tree = list.filters
    ? toFilter(upperFirst(list.filters) as FilterKind, filter as FilterInput)
    : toFilter('Flow', null);
  return { filter: tree, sort: chosen, order, page: pageRequest(page) };
}

/** Reads a page of a list that has no parents; only checks the arguments if there is no level. */
export async function readRootPage(
  run: PlanRun,
  slot: number,
  list: RootList,
  level: Level | null,
  hasCursors: boolean,
): Promise<Page<TextRow> | null> {
  const given = argumentsIn(run, slot);
  const name = list.name(given.sort);
  const walk = pageWalk(name, given.order, given.page);
  if (!level) return null;
  const page = levelPage(list, null, given, walk, hasCursors);
  return readLevelPage(run.reads, level, name, { ...scopeOf(run), ids: null, page });
}

/** Reads the pages of all lists of children of these rows, and those of their rows. */
export async function readChildren(
  children: ChildrenOf,
  level: Level,
  rows: readonly TextRow[],
  run: PlanRun,
): Promise<void> {
  const lists = children.get(level);
  if (!lists) return;
  await Promise.all(
    lists.map(async (list) => {
      const pages = await readPages(list, rows, run);
      run.pages[list.slot] = pages;
      if (!children.has(list.level)) return;
      const found = [...pages.values()].flatMap((page) => page.rows.map(({ row }) => row));
      await readChildren(children, list.level, found, run);
    }),
  );
}

async function readPages(
  { slot, list, level, parentId, hasCursors }: ChildPages,
  rows: readonly TextRow[],
  run: PlanRun,
): Promise<Map<string, Page<TextRow>>> {
  const ids = [...new Set(rows.flatMap((row) => row[parentId] ?? []))];
  const given = argumentsIn(run, slot);
  const name = (id: string) => list.name(id, given.sort);
  // With a cursor there is one parent: for any other, `pageWalk` throws. Without a cursor all walks are equal.
  const [walk] = ids.map((id) => pageWalk(name(id), given.order, given.page));
  if (!walk) return new Map();
  const page = levelPage(list, list.parent, given, walk, hasCursors);
  return readLevelPages(run.reads, level, name, { ...scopeOf(run), ids, page });
}

function levelPage(
  { filters }: PlanList,
  parent: string | null,
  { filter, sort, order }: ListArguments,
  walk: PageWalk,
  hasCursors: boolean,
): LevelPage {
  return { parent, filters, filter, sort, order, walk, values: walkValues(order, walk), hasCursors };
}

const scopeOf = ({ context, lists }: PlanRun) => ({ tenantId: context.viewer.tenantId, counted: lists });

export function argumentsIn({ lists }: PlanRun, slot: number): ListArguments {
  const given = lists[slot];
  if (!given) throw new Error('A plan has arguments for each of its lists.');
  return given;
}

const upperFirst = (text: string) => text.replace(/^./, (letter) => letter.toUpperCase());
