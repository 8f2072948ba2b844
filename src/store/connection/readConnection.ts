import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import utils from 'pg/lib/utils.js';
import { columnParsers } from './columnParsers.ts';
import type { Statement } from './database.ts';

/** A statement, and how it is sent. */
export interface Sending {
  statement: Statement;
  /** The name under which it is prepared, or ''. */
  name: string;
  values: readonly unknown[];
  /** Whether the rows are `TextRow`s instead of objects. */
  asTexts: boolean;
}

/** The columns of a statement's rows. */
interface Columns {
  names: readonly string[];
  parsers: readonly ((text: string) => unknown)[];
  /** A row without values. Rows are copies of it, so that all have one shape. */
  blank: { readonly [name: string]: null };
}

/** The messages of `pg` that a query receives. */
interface RowDescription {
  fields: readonly { name: string; dataTypeID: number }[];
}
interface DataRow {
  fields: readonly (string | null)[];
}

/** PostgreSQL keeps the text and the plan of each. */
const MAX_PREPARED = 500;

type Done = (error: Error | null, rows: readonly unknown[]) => void;

// The rules of a transaction by keys hold here, too: a cached plan must not be one for a table that was small when the
// plan was made.
const SET_PLANS = {
  name: 'flowql.plans',
  text: `select set_config('plan_cache_mode', $1, false), set_config('enable_seqscan', $2, false)`,
  generic: ['force_generic_plan', 'off'],
  // Not `auto`: after five executions PostgreSQL would choose a plan for all values, which for a rare tag, flow or state reads
  // 10 to 200 times as long.
  custom: ['force_custom_plan', 'on'],
};

/**
 * A connection for reads, which executes one statement at a time.
 *
 * It does what `pg.Query` does, but the columns of a prepared statement are described only once, instead of with every
 * answer: a run has 45. And it can send a setting and a statement in one packet. So `generic` statements are not planned
 * again, for which PostgreSQL takes ten times as long as for reading a run by its id.
 */
export class ReadConnection {
  /** What PostgreSQL has prepared on this connection: the statements that were used last. */
  readonly prepared = new LRUCache<string, Columns>({
    max: MAX_PREPARED,
    dispose: (_, name, reason) => void (reason !== 'set' && this.outdated.push(name)),
  });
  /** Statements that are not used any more. They are closed before the next one is prepared. */
  readonly outdated: string[] = [];
  /** Whether PostgreSQL reuses plans; null if it may or may not. */
  isGeneric: boolean | null = false;

  constructor(readonly client: pg.PoolClient) {}

  read<Row>(sending: Sending): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      // Only the author of a statement knows the type of its rows.
      const done: Done = (error, rows) => (error ? reject(error) : resolve(rows as Row[]));
      this.client.query(new Reading(this, sending, done));
    });
  }
}

const NO_COLUMNS: Columns = { names: [], parsers: [], blank: {} };

/** One execution of a statement, a custom query for `pg`, which calls its methods. */
class Reading implements pg.Submittable {
  private readonly rows: unknown[] = [];
  private columns: Columns;
  private fault: Error | null = null;
  private sendsPlans = false;
  /** Whether the next messages answer the setting. */
  private isSetting = false;

  constructor(
    private readonly connection: ReadConnection,
    private readonly sending: Sending,
    /** `pg` replaces it by one that also ends the time limit. */
    public callback: Done,
  ) {
    this.columns = connection.prepared.get(sending.name) ?? NO_COLUMNS;
  }

  submit(wire: pg.Connection): void {
    const { connection, sending } = this;
    const { generic = false, text } = sending.statement;
    if (connection.isGeneric !== generic) {
      this.sendsPlans = true;
      this.isSetting = true;
      if (!connection.prepared.has(SET_PLANS.name)) this.prepare(wire, SET_PLANS);
      bind(wire, SET_PLANS.name, SET_PLANS[generic ? 'generic' : 'custom']);
      wire.execute(null, false);
      connection.isGeneric = generic;
    }
    const isPrepared = connection.prepared.has(sending.name);
    if (!isPrepared) this.prepare(wire, { name: sending.name, text });
    bind(wire, sending.name, sending.values);
    if (!isPrepared) wire.describe({ type: 'P' }, false);
    wire.execute(null, false);
    // Both statements are one transaction: if the second fails, the setting is undone.
    wire.sync();
  }

  private prepare(wire: pg.Connection, { name, text }: { name: string; text: string }): void {
    const { outdated } = this.connection;
    // If it failed after it was prepared, its name is taken. Closing a statement that does not exist is no error.
    if (name) outdated.push(name);
    for (const closed of outdated.splice(0)) wire.close({ type: 'S', name: closed }, false);
    wire.parse({ name, text, types: [] }, false);
  }

  handleRowDescription({ fields }: RowDescription): void {
    const names = fields.map(({ name }) => name);
    this.columns = {
      names,
      parsers: fields.map(({ dataTypeID }) => columnParsers.getTypeParser(dataTypeID)),
      blank: Object.fromEntries(names.map((name) => [name, null])),
    };
  }

  handleDataRow({ fields }: DataRow): void {
    if (this.isSetting || this.fault) return;
    if (this.sending.asTexts) return void this.rows.push(fields);
    try {
      this.rows.push(rowOf(this.columns, fields));
    } catch (error) {
      this.fault = error as Error; // a parser throws nothing else
    }
  }

  handleCommandComplete(): void {
    this.isSetting = false;
  }

  handleReadyForQuery(): void {
    const { prepared } = this.connection;
    if (this.sendsPlans) prepared.set(SET_PLANS.name, NO_COLUMNS);
    if (this.sending.name) prepared.set(this.sending.name, this.columns);
    this.callback(this.fault, this.rows);
  }

  /** The statement failed, the connection was lost, or the time limit was reached. */
  handleError(error: Error): void {
    this.connection.prepared.delete(this.sending.name);
    this.connection.prepared.delete(SET_PLANS.name);
    this.connection.isGeneric = null;
    this.callback(error, []);
  }
}

const bind = (wire: pg.Connection, name: string, values: readonly unknown[]): void =>
  wire.bind({ statement: name, values: values.map(utils.prepareValue) }, false);

function rowOf({ names, parsers, blank }: Columns, texts: DataRow['fields']): object {
  const row: { [name: string]: unknown } = { ...blank };
  for (let place = 0; place < names.length; place += 1) {
    const text = texts[place];
    if (text != null) row[names[place] as string] = parsers[place]?.(text); // as long as the names
  }
  return row;
}
