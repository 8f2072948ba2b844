import type { FlowRunInput } from '../../core/runs/run.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';
import type { KeyedRequest } from '../connection/idempotencyKeys.ts';
import { TEXT, UUID } from '../query/columnTypes.ts';
import { arrayParameters, arrayValues, column, namesOf, rowParameters, rowValues } from '../query/writtenColumns.ts';
import { inputColumns, type NewFlowRunInput } from './flowRunInputs.ts';

/** An input to create for a tenant, and the request to create it, which is stored with its answer. */
export interface RequestedInput {
  tenantId: string;
  input: NewFlowRunInput;
  request: KeyedRequest | null;
}

/** What became of an input. */
export interface CreatedInput {
  flowRunExists: boolean;
  /** The input as it was written; null if its run does not exist, or has an input with its key. */
  input: FlowRunInput | null;
}

const GIVEN = inputColumns(({ input }: RequestedInput) => input);
const REQUESTED = [
  ...GIVEN,
  column('tenant_id', UUID, ({ tenantId }: RequestedInput) => tenantId),
  column('operation', TEXT, ({ request }: RequestedInput) => request?.operation ?? null),
  column('idempotency_key', TEXT, ({ request }: RequestedInput) => request?.key ?? null),
  column('request_hash', TEXT, ({ request }: RequestedInput) => request?.requestHash ?? null),
];

/**
 * Writes inputs and the answers to the requests with idempotency keys. The inputs are inserted in the order of their runs and
 * keys, and the locks of the runs are taken in the order of their ids. They prevent deletion of a run, but not its moves.
 */
const create = (requested: string) => `with requested as materialized (
    select * from (${requested}) as r (${namesOf(REQUESTED)})
  ), run as materialized (
    select id, tenant_id from flow_run f where f.id in (select flow_run_id from requested) order by f.id for key share
  ), input as (
    insert into flow_run_input (${namesOf(GIVEN)})
    select ${GIVEN.map(({ name }) => `r.${name}`).join(', ')}
    from requested r join run on run.id = r.flow_run_id and run.tenant_id = r.tenant_id
    order by r.flow_run_id, r.key
    on conflict (flow_run_id, key) do nothing
    returning id, created
  ), book as (
    insert into idempotency_key (tenant_id, operation, key, request_hash, answer)
    select tenant_id, operation, idempotency_key, request_hash, jsonb_build_object('id', id)
    from requested r join input using (id) where idempotency_key is not null order by tenant_id, operation, idempotency_key
  )
  select r.id, run.id is not null as "flowRunExists", input.created
  from requested r left join run on run.id = r.flow_run_id and run.tenant_id = r.tenant_id
  left join input on input.id = r.id`;

const CREATE_ONE = statement('flowRunInputs.createOne', create(`select ${rowParameters(REQUESTED, 1)}`));
const CREATE_MANY = statement(
  'flowRunInputs.createMany',
  create(`select * from unnest(${arrayParameters(REQUESTED, 1)})`),
);

interface Row {
  id: string;
  flowRunExists: boolean;
  created: Instant | null;
}

/**
 * Creates inputs with one statement, and returns what became of each, in their order. A request that was answered before
 * violates `idempotency_key_pkey`.
 */
export async function createFlowRunInputs(
  database: Queryable,
  requested: readonly RequestedInput[],
): Promise<CreatedInput[]> {
  const [only, ...others] = requested;
  const rows =
    only && others.length === 0
      ? await database.query<Row>(CREATE_ONE, rowValues(REQUESTED, only))
      : await database.query<Row>(CREATE_MANY, arrayValues(REQUESTED, requested));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return requested.map(({ input }) => {
    const { flowRunExists = false, created = null } = byId.get(input.id) ?? {};
    return { flowRunExists, input: created === null ? null : { ...input, created } };
  });
}
