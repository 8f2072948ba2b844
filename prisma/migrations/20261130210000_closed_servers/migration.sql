-- A server that once had an API key stays closed, also after its last key was revoked, expired or deleted with its tenant.
-- `flowql key open` deletes the row.
create table "server_closure" (
  "only" boolean not null default true,
  "since" timestamptz(6) not null default now(),
  constraint "server_closure_pkey" primary key ("only"),
  constraint "server_closure_one_row" check ("only")
);
insert into "server_closure" ("since") select min("created") from "api_key" having count(*) > 0;

-- A trigger, because older processes on the same database create keys, too.
create function close_server() returns trigger language plpgsql as $$
begin
  insert into server_closure default values on conflict do nothing;
  return null;
end $$;
create trigger api_key_closes_server after insert on "api_key" for each row execute function close_server();

alter table "api_key" add column "expires" timestamptz(6), add column "last_used" timestamptz(6);
