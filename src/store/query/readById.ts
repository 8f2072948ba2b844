import { type Queryable, statement } from '../connection/database.ts';
import type { Read, Source } from './source.ts';

/** Returns a function that reads rows by id, in no order. Ids that do not belong to the tenant are left out. */
export function readById<Raw, Row, Wide extends keyof Row & string>(source: Source<Raw, Row, Wide>) {
  const select = (columns: string) =>
    statement(
      `${source.name}.byId`,
      `select ${columns} from ${source.table} x where x.id = any($1::uuid[]) and ${source.ofTenant}`,
      { generic: true },
    );
  const whole = select(source.columns('x'));
  const lean = select(source.columns('x', source.wide));

  return async <IsWide extends boolean = true>(
    database: Queryable,
    tenantId: string,
    ids: readonly string[],
    { wide }: { wide?: IsWide } = {},
  ): Promise<Read<Row, Wide, IsWide>[]> => {
    const raws = await database.query<Raw>(wide === false ? lean : whole, [ids, tenantId]);
    return raws.map(source.fromRow) as Read<Row, Wide, IsWide>[]; // The cast: `wide` selects the columns.
  };
}
