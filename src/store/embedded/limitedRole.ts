import { closeSync, constants, existsSync, fchownSync, ftruncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { openPlainFile, readPlainFile } from './plainFile.ts';
import type { PostgresBinaries } from './postgresBinaries.ts';
import type { PostgresUser } from './postgresUser.ts';
import { runAsSuperuser } from './runAsSuperuser.ts';

/** The role of all connections. It owns the database and has no other rights. */
export const LIMITED_ROLE = 'flowql_server';
export const POSTGRES_DATABASE = 'postgres';

/** Names the role, once it exists. Version 0.1 had no such file. */
const roleFile = (cluster: string) => path.join(cluster, 'role');

/** Whether database files have the role. If not, version 0.1 made them, or their conversion was interrupted. */
export const hasLimitedRole = (cluster: string): boolean =>
  existsSync(roleFile(cluster)) && readPlainFile(roleFile(cluster)) === LIMITED_ROLE;

/**
 * Creates the role on files that no server uses, gives it the database with everything in it, and takes the superuser's
 * password and right to connect. This is one transaction, and may be repeated.
 */
export async function createLimitedRole(
  cluster: string,
  binaries: PostgresBinaries,
  options: { user: PostgresUser | null; durable: boolean },
): Promise<void> {
  const password = readPlainFile(path.join(cluster, 'password'));
  await runAsSuperuser(path.join(cluster, 'data'), binaries, options, limitRole(password));
  const file = openPlainFile(roleFile(cluster), constants.O_WRONLY | constants.O_CREAT);
  try {
    ftruncateSync(file);
    writeFileSync(file, LIMITED_ROLE);
    if (options.user) fchownSync(file, options.user.uid, options.user.gid);
  } finally {
    closeSync(file);
  }
}

// REASSIGN OWNED refuses the superuser that initdb made, because it owns PostgreSQL's own objects too. Objects of users
// have ids from 16384. Extensions keep their owner: their functions may do more than the role may.
const limitRole = (password: string) => `do $flowql$
declare
  statement text;
begin
  if not exists (select from pg_roles where rolname = '${LIMITED_ROLE}') then create role ${LIMITED_ROLE}; end if;
  alter role ${LIMITED_ROLE} nosuperuser nocreatedb nocreaterole noreplication nobypassrls
    login password ${pg.escapeLiteral(password)};
  revoke all on database ${POSTGRES_DATABASE}, template1 from public;
  alter database ${POSTGRES_DATABASE} owner to ${LIMITED_ROLE};
  for statement in
    select format('alter %s %s owner to ${LIMITED_ROLE}', kind, name)
    from (
      select 'pg_namespace'::regclass, oid, 'schema', oid::regnamespace::text
      from pg_namespace where nspname !~ '^pg_'
      union all
      select 'pg_class'::regclass, oid,
        case relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
        oid::regclass::text
      from pg_class where relkind in ('r', 'p', 'v', 'm', 'S')
      union all
      select 'pg_type'::regclass, t.oid, 'type', t.oid::regtype::text
      from pg_type t left join pg_class c on c.oid = t.typrelid
      where t.typtype in ('e', 'd', 'r') or c.relkind = 'c'
      union all
      select 'pg_proc'::regclass, oid, 'routine', oid::regprocedure::text from pg_proc
    ) as object (catalog, oid, kind, name)
    where oid >= 16384 and not exists (
      -- Objects of extensions, and sequences of columns, which follow their table.
      select from pg_depend d
      where d.classid = object.catalog and d.objid = object.oid
        and (d.deptype = 'e' or kind = 'sequence' and d.deptype in ('a', 'i'))
    )
  loop
    execute statement;
  end loop;
  alter role current_user nologin password null;
end
$flowql$`;
