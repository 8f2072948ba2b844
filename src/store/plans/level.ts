import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import { type ChildList, PLAN_TABLES, type PlanTable, type PlanTableName } from './planTables.ts';

/** The alias of the rows of the level itself. Joined rows are `r1`, `r2`, ... */
export const PAGE = 'page';

export interface Join {
  alias: string;
  to: PlanTable;
  /** The row that names the joined one, and the field with its id. */
  owner: string;
  by: string;
}

/** How many children a row has, under a filter that may differ in each request. */
export interface Count {
  owner: string;
  children: ChildList;
  /** The place of the list in `LevelRequest.counted`. */
  list: number;
}

export type LevelColumn = { owner: string; field: string } | Count;

/** The filter of each counted list, by the list's place in the operation. */
export type Counted = readonly (CountedList | undefined)[];
export interface CountedList {
  filter: Filter;
}

/** Joins and counts. Each takes PostgreSQL longer to plan than the one before. */
const MAX_RELATIONS = 16;

let levels = 0;

/**
 * The rows that an operation reads with one statement: rows of a table, the rows that they name, and how many children they
 * have. It is filled while the operation is analysed, and knows the place of each column in a row of the answer.
 */
export class Level {
  readonly id = ++levels;
  readonly table: PlanTable;
  readonly columns: LevelColumn[] = [];
  readonly joins: Join[] = [];
  /** The fields that are read of the level's own rows. */
  readonly fields = new Set<string>();

  constructor(readonly tableName: PlanTableName) {
    this.table = PLAN_TABLES[tableName];
  }

  /** Returns the place of a column in the rows. */
  column(owner: string, field: string): number {
    const known = this.columns.findIndex((one) => 'field' in one && one.owner === owner && one.field === field);
    if (known >= 0) return known;
    this.use(owner, field);
    return this.columns.push({ owner, field }) - 1;
  }

  /** Returns the alias of the row that a relation of `owner` names. */
  join(owner: string, by: string, to: PlanTableName): string {
    const known = this.joins.find((one) => one.owner === owner && one.by === by);
    if (known) return known.alias;
    this.use(owner, by);
    const alias = `r${this.joins.length + 1}`;
    this.joins.push({ alias, to: PLAN_TABLES[to], owner, by });
    return alias;
  }

  /** Whether PostgreSQL could take long to plan the statement. */
  get isTooLarge(): boolean {
    return this.joins.length + this.columns.filter((column) => 'list' in column).length > MAX_RELATIONS;
  }

  /** Returns the place of a number of children. */
  count(owner: string, children: ChildList, list: number): number {
    this.use(owner, 'id');
    return this.columns.push({ owner, children, list }) - 1;
  }

  private use(owner: string, field: string): void {
    if (owner === PAGE) this.fields.add(field);
  }
}

export const filterOf = (counted: Counted, list: number): Filter => counted[list]?.filter ?? EVERYTHING;
