import { type FieldNode, type GraphQLObjectType, getNamedType, isLeafType, isObjectType } from 'graphql';
import type { Page } from '../../core/values/page.ts';
import type { TextRow } from '../../store/connection/database.ts';
import { type Collecting, collectedFields } from './collectedFields.ts';
import { COMPOSITE_VALUES, setsOf } from './objectPlan.ts';
import type { Field, PlanRun, Write } from './planRun.ts';
import { Unplanned } from './unplanned.ts';

/** What a document selects of a page of a list. */
export interface ConnectionPlan {
  /** Whether rows must be read, and not only be counted. */
  hasRows: boolean;
  hasCursors: boolean;
  hasTotal: boolean;
  /** Writes the page. A long page is written in several turns of the event loop. */
  write(page: Page<TextRow> | null, total: string, run: PlanRun): string | Promise<string>;
  /** Writes the page at once. */
  writeAtOnce(page: Page<TextRow> | null, total: string, run: PlanRun): string;
}

/** Writes the items of a page. */
type Items = { head: string; item: (row: { row: TextRow; cursor: string }, run: PlanRun) => string };
type Member = Items | { head: string; text: (page: Page<TextRow>, total: string) => string };

/** A turn of the event loop writes about that many values: a few milliseconds. */
const VALUES_PER_TURN = 20_000;

/** Plans the page of a list. @param planNode plans the items as rows of `level` */
export function planConnection(
  collecting: Collecting,
  field: Field,
  nodes: readonly FieldNode[],
  planNode: (type: GraphQLObjectType, nodes: readonly FieldNode[]) => Write,
): ConnectionPlan {
  const type = objectType(field);
  const plan = { hasRows: false, hasCursors: false, hasTotal: false };
  let values = 0;

  const members = [...collectedFields(collecting, type, setsOf(nodes))].map(([name, selected]): Member => {
    const head = `${JSON.stringify(name)}:`;
    const { value: selectedName } = (selected[0] as FieldNode).name; // a field has a node
    if (selectedName === '__typename') return { head, text: () => JSON.stringify(type.name) };
    const member = type.getFields()[selectedName];
    if (!member) throw new Unplanned(selectedName);
    values += isLeafType(getNamedType(member.type)) ? 1 : COMPOSITE_VALUES;
    if (selectedName === 'totalCount') {
      plan.hasTotal = true;
      return { head, text: (_, total) => total };
    }
    plan.hasRows = true;
    if (selectedName === 'nodes') {
      const write = planNode(objectType(member), selected);
      return { head, item: ({ row }, run) => write(row, run) };
    }
    if (selectedName === 'edges') return { head, item: planEdge(objectType(member), selected) };
    if (selectedName === 'pageInfo') return { head, text: planPageInfo(objectType(member), selected) };
    throw new Unplanned(selectedName);
  });

  function planEdge(edge: GraphQLObjectType, selected: readonly FieldNode[]): Items['item'] {
    let edgeValues = 0;
    const parts = [...collectedFields(collecting, edge, setsOf(selected))].map(([name, inner]): Items => {
      const head = `${JSON.stringify(name)}:`;
      const { value: innerName } = (inner[0] as FieldNode).name; // as above
      if (innerName === '__typename') return { head, item: () => JSON.stringify(edge.name) };
      if (innerName === 'cursor') {
        plan.hasCursors = true;
        edgeValues += 1;
        return { head, item: ({ cursor }) => JSON.stringify(cursor) };
      }
      const member = edge.getFields()[innerName];
      if (innerName !== 'node' || !member) throw new Unplanned(innerName);
      edgeValues += COMPOSITE_VALUES;
      const write = planNode(objectType(member), inner);
      return { head, item: ({ row }, run) => write(row, run) };
    });
    return (row, run) => {
      run.wrote(edgeValues);
      return `{${parts.map(({ head, item }) => head + item(row, run)).join(',')}}`;
    };
  }

  function planPageInfo(info: GraphQLObjectType, selected: readonly FieldNode[]): (page: Page<TextRow>) => string {
    const parts = [...collectedFields(collecting, info, setsOf(selected))].map(([name, inner]) => {
      const { value: innerName } = (inner[0] as FieldNode).name; // as above
      if (innerName.endsWith('Cursor')) plan.hasCursors = true;
      if (innerName !== '__typename') values += 1;
      const of = PAGE_INFO[innerName];
      if (!of) throw new Unplanned(innerName);
      return { head: `${JSON.stringify(name)}:`, of };
    });
    return (page) => `{${parts.map(({ head, of }) => head + JSON.stringify(of(page))).join(',')}}`;
  }

  const textOf = (member: Member, page: Page<TextRow> | null, total: string, run: PlanRun): string => {
    if ('text' in member) return member.head + member.text(page ?? EMPTY, total);
    const items = (page ?? EMPTY).rows.map((row) => member.item(row, run));
    return `${member.head}[${items.join(',')}]`;
  };

  return {
    ...plan,
    writeAtOnce(page, total, run) {
      run.wrote(values);
      return `{${members.map((member) => textOf(member, page, total, run)).join(',')}}`;
    },
    async write(page, total, run) {
      run.wrote(values);
      const texts: string[] = [];
      for (const member of members)
        texts.push(
          'item' in member ? await itemsInTurns(member, page ?? EMPTY, run) : textOf(member, page, total, run),
        );
      return `{${texts.join(',')}}`;
    },
  };
}

async function itemsInTurns({ head, item }: Items, { rows }: Page<TextRow>, run: PlanRun): Promise<string> {
  const items: string[] = [];
  let inTurn = 0;
  for (const row of rows) {
    items.push(item(row, run));
    inTurn += run.draw();
    if (inTurn < VALUES_PER_TURN) continue;
    inTurn = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return `${head}[${items.join(',')}]`;
}

const EMPTY: Page<TextRow> = { rows: [], hasNextPage: false, hasPreviousPage: false };

const PAGE_INFO: { readonly [field: string]: ((page: Page<TextRow>) => string | boolean | null) | undefined } = {
  __typename: () => 'PageInfo',
  hasNextPage: ({ hasNextPage }) => hasNextPage,
  hasPreviousPage: ({ hasPreviousPage }) => hasPreviousPage,
  startCursor: ({ rows }) => rows[0]?.cursor ?? null,
  endCursor: ({ rows }) => rows.at(-1)?.cursor ?? null,
};

function objectType(field: Field): GraphQLObjectType {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) throw new Unplanned(field.name);
  return type;
}
