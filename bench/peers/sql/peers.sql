-- The tables of PostGraphile, the hand-written server and the raw SQL, with the indexes that a careful user makes.
create type state_type as enum
  ('SCHEDULED', 'PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED', 'PAUSED', 'CANCELLING');
create table flow (id uuid primary key, name text not null unique, created timestamptz not null default now());
create table flow_run (
  id uuid primary key, flow_id uuid not null references flow on delete cascade, name text not null,
  created timestamptz not null default now(), updated timestamptz not null default now(),
  state_type state_type, state_name text, state_timestamp timestamptz, version int not null default 0,
  start_time timestamptz, end_time timestamptz, expected_start_time timestamptz,
  run_count int not null default 0, total_run_seconds double precision not null default 0,
  tags text[] not null default '{}', parameters jsonb not null default '{}', idempotency_key text,
  unique (flow_id, idempotency_key));
create index flow_run_start on flow_run (start_time desc, id desc);
create index flow_run_flow on flow_run (flow_id, start_time desc);
create index flow_run_by_state on flow_run (state_type, start_time desc);
create table flow_run_state (
  id uuid primary key, flow_run_id uuid not null references flow_run on delete cascade, version int not null,
  type state_type not null, name text not null, message text, timestamp timestamptz not null default now(),
  details jsonb not null default '{}', data jsonb, unique (flow_run_id, version));
create table task_run (
  id uuid primary key, flow_run_id uuid not null references flow_run on delete cascade, task_key text not null,
  dynamic_key text not null, name text not null, created timestamptz not null default now(),
  state_type state_type, state_name text, state_timestamp timestamptz, version int not null default 0,
  start_time timestamptz, end_time timestamptz, run_count int not null default 0,
  unique (flow_run_id, task_key, dynamic_key));
create table task_run_state (
  id uuid primary key, task_run_id uuid not null references task_run on delete cascade, version int not null,
  type state_type not null, name text not null, message text, timestamp timestamptz not null default now(),
  details jsonb not null default '{}', unique (task_run_id, version));
create table log (
  id uuid primary key, flow_run_id uuid, task_run_id uuid, level smallint not null, name text not null,
  message text not null, timestamp timestamptz not null, created timestamptz not null default now());
create index log_run on log (flow_run_id, timestamp);
