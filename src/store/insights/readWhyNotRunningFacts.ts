import type { SlotLimit, WhyNotRunningFacts, WorkPlace } from '../../core/insights/whyNotRunningFacts.ts';
import type { SeenAgent, SlotHolder } from '../../core/insights/whyNotRunningReason.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { UNFINISHED } from '../runs/overdueRuns.ts';
import { detailsFromJson } from '../runs/stateRows.ts';

// Reads the facts for `whyNotRunning`: one statement for the runs, and one for each kind of thing that any of them
// waits for. Long lists are cut: for holders, agents and task runs, a few entries and the total are enough.

type Facts = WhyNotRunningFacts;
type Agent = Omit<SeenAgent, 'missingLabels'>;
type RunRow = Omit<Facts, 'details' | 'place' | 'limits' | 'agents' | 'inputSchema' | 'unfinishedTaskRuns'> & {
  details: JsonObject;
  deploymentName: string | null;
  limitId: string | null;
  limit: number | null;
} & { [Fact in keyof Omit<WorkPlace, 'workers'>]: WorkPlace[Fact] | null } & {
  poolLimit: number | null;
  queueLimit: number | null;
};

const RUNS = statement(
  'whyNotRunning.runs',
  `select r.id, r.state_type as "stateType", r.state_name as "stateName", r.state_timestamp as "stateTimestamp",
     r.state_details as details, r.policy ->> 'retryType' as "retryType", r.run_count as "runCount",
     coalesce(r.state_start_time, r.next_scheduled_start_time) as due, r.prefect1_state is not null as "isPrefect1", r.tags,
     r.deployment_id as "deploymentId", r.deployment_id is not null and d.id is null as "deploymentIsGone",
     d.name as "deploymentName", l.id as "limitId", l."limit",
     p.id as "workPoolId", p.name as "workPoolName", p.is_paused as "isPoolPaused", p.concurrency_limit as "poolLimit",
     q.id as "workQueueId", q.name as "workQueueName", q.is_paused as "isQueuePaused", q.concurrency_limit as "queueLimit",
     q.last_polled as "lastPolled"
   from flow_run r
   left join deployment d on d.id = r.deployment_id
   left join concurrency_limit l on l.id = d.concurrency_limit_id and l.active
   left join work_queue q on q.id = r.work_queue_id
   left join work_pool p on p.id = q.work_pool_id
   where r.id = any($1::uuid[]) and r.tenant_id = $2`,
);

// If the 20 workers with the latest heartbeats are all offline, the pool has none.
const WORKERS = statement(
  'whyNotRunning.workers',
  `select p.id as "ofId", w.* from unnest($1::uuid[]) as p(id) cross join lateral (
     select last_heartbeat as "lastHeartbeat", heartbeat_interval_seconds as "heartbeatIntervalSeconds"
     from worker where work_pool_id = p.id order by last_heartbeat desc limit 20) w`,
);

const SLOTS = statement(
  'whyNotRunning.slots',
  `select l.id as "ofId", h.* from unnest($1::uuid[]) as l(id) cross join lateral (
     select flow_run_id as "flowRunId", created as since, count(*) over () as taken, max(created) over () as "lastTaken"
     from concurrency_slot
     where concurrency_limit_id = l.id and flow_run_id is not null and (expires is null or expires > now())
     order by created, id limit 20) h`,
);

// Queues and pools count their active runs.
const AT_WORK = statement(
  'whyNotRunning.atWork',
  `select u.id as "ofId", h.* from unnest($1::uuid[]) as u(id) cross join lateral (
     select id as "flowRunId", state_timestamp as since, count(*) over () as taken,
       max(state_timestamp) over () as "lastTaken"
     from flow_run
     where work_queue_id in (select q.id from work_queue q where q.id = u.id or q.work_pool_id = u.id)
       and work_queue_id is not null and state_type in ('PENDING', 'RUNNING', 'CANCELLING')
     order by state_timestamp, id limit 20) h`,
);

const AGENTS = statement(
  'whyNotRunning.agents',
  `select id, name, labels, last_queried as "lastQueried" from agent
   where tenant_id = $1 order by last_queried desc nulls last, id limit 200`,
);

// An implausibly long schema is not read.
const SCHEMAS = statement(
  'whyNotRunning.schemas',
  `select i.flow_run_id as "ofId", case when length(i.value) <= 100000 then i.value end as value
   from unnest($1::uuid[], $2::text[]) as u(id, key) join flow_run_input i on i.flow_run_id = u.id and i.key = u.key`,
);

const TASK_RUNS = statement(
  'whyNotRunning.taskRuns',
  `select f.id as "ofId", t.* from unnest($1::uuid[]) as f(id) cross join lateral (
     select id, count(*) over () as count from task_run
     where flow_run_id = f.id and state_type in ${UNFINISHED} order by id limit 10) t`,
);

type Worker = WorkPlace['workers'][number];
type Holder = SlotHolder & { taken: number; lastTaken: Instant };
type Of<Row> = Row & { ofId: string };
type ReadRun = Omit<RunRow, 'details'> & Pick<Facts, 'details'>;

/** Returns the facts about each of these runs. */
export async function readWhyNotRunningFacts(
  database: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<Facts[]> {
  const rows = await database.query<RunRow>(RUNS, [ids, tenantId]);
  const runs = rows.map((row): ReadRun => ({ ...row, details: detailsFromJson(row.details) }));
  const waitedFor = await readWaitedFor(database, tenantId, runs);
  return runs.map((run) => factsOf(run, waitedFor));
}

type WaitedFor = Awaited<ReturnType<typeof readWaitedFor>>;

/** Each kind is read only for runs whose state may wait for it. */
async function readWaitedFor(database: Queryable, tenantId: string, runs: readonly ReadRun[]) {
  const read = async <Row>(of: typeof RUNS, wanted: (string | null)[]): Promise<Map<string, Of<Row>[]>> => {
    const unique = [...new Set(wanted.filter((id) => id !== null))];
    return byOf(unique.length === 0 ? [] : await database.query<Of<Row>>(of, [unique]));
  };
  const scheduled = runs.filter(({ stateType }) => stateType === 'SCHEDULED');
  const cancelling = runs.filter(({ stateType }) => stateType === 'CANCELLING');
  const [workers, slots, atWork, taskRuns, agents, schemas] = await Promise.all([
    read<Worker>(
      WORKERS,
      scheduled.map(({ workPoolId }) => workPoolId),
    ),
    read<Holder>(
      SLOTS,
      scheduled.map(({ limitId }) => limitId),
    ),
    read<Holder>(
      AT_WORK,
      scheduled.flatMap(({ queueLimit, workQueueId, poolLimit, workPoolId }) => [
        queueLimit === null ? null : workQueueId,
        poolLimit === null ? null : workPoolId,
      ]),
    ),
    read<{ id: string; count: number }>(
      TASK_RUNS,
      cancelling.map(({ id }) => id),
    ),
    scheduled.some(({ isPrefect1 }) => isPrefect1) ? database.query<Agent>(AGENTS, [tenantId]) : [],
    readSchemas(database, runs),
  ]);
  return { workers, slots, atWork, taskRuns, agents, schemas };
}

async function readSchemas(database: Queryable, runs: readonly ReadRun[]) {
  const keys = runs.flatMap(({ id, stateType, details: { runInputKeyset } }) =>
    stateType === 'PAUSED' && runInputKeyset?.schema !== undefined ? { id, key: runInputKeyset.schema } : [],
  );
  if (keys.length === 0) return byOf<{ value: string | null }>([]);
  const values = [keys.map(({ id }) => id), keys.map(({ key }) => key)];
  return byOf(await database.query<Of<{ value: string | null }>>(SCHEMAS, values));
}

function byOf<Row>(rows: readonly Of<Row>[]): Map<string, Of<Row>[]> {
  const grouped = new Map<string, Of<Row>[]>();
  for (const row of rows) grouped.set(row.ofId, [...(grouped.get(row.ofId) ?? []), row]);
  return grouped;
}

function factsOf(run: ReadRun, { workers, slots, atWork, taskRuns, agents, schemas }: WaitedFor): Facts {
  const { workPoolId, workPoolName, workQueueId, workQueueName } = run;
  const unfinished = taskRuns.get(run.id) ?? [];
  return {
    ...run,
    place:
      workPoolId === null || workQueueId === null
        ? null
        : {
            workPoolId,
            workPoolName: workPoolName ?? '',
            isPoolPaused: run.isPoolPaused ?? false,
            workers: workers.get(workPoolId) ?? [],
            workQueueId,
            workQueueName: workQueueName ?? '',
            isQueuePaused: run.isQueuePaused ?? false,
            lastPolled: run.lastPolled,
          },
    limits: [
      ...limitOf(`the deployment “${run.deploymentName}”`, run.limit, slots.get(run.limitId ?? '')),
      ...limitOf(`the work queue “${workQueueName}”`, run.queueLimit, atWork.get(workQueueId ?? '')),
      ...limitOf(`the work pool “${workPoolName}”`, run.poolLimit, atWork.get(workPoolId ?? '')),
    ],
    agents,
    inputSchema: schemas.get(run.id)?.[0]?.value ?? null,
    unfinishedTaskRuns: { count: unfinished[0]?.count ?? 0, ids: unfinished.map(({ id }) => id) },
  };
}

/** The holders' rows contain their total, if there are any. */
const limitOf = (name: string, limit: number | null, held: Holder[] = []): SlotLimit[] =>
  limit === null
    ? []
    : [
        {
          name,
          limit,
          taken: held[0]?.taken ?? 0,
          lastTaken: held[0]?.lastTaken ?? null,
          holders: held.map(({ flowRunId, since }) => ({ flowRunId, since })),
        },
      ];
