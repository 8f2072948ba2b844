import { type Queryable, statement } from '../connection/database.ts';

export interface NewFlowRunInput {
  id: string;
  flowRunId: string;
  key: string;
  value: string;
  sender: string | null;
}

const INSERT = statement(
  'flowRunInputs.insert',
  `insert into flow_run_input (id, flow_run_id, key, value, sender)
   select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])`,
);

/** Stores inputs; fails with `flow_run_input_flow_run_id_key_key` violated where a run has an input of that key. */
export async function insertFlowRunInputs(transaction: Queryable, inputs: readonly NewFlowRunInput[]): Promise<void> {
  await transaction.query(INSERT, [
    inputs.map(({ id }) => id),
    inputs.map(({ flowRunId }) => flowRunId),
    inputs.map(({ key }) => key),
    inputs.map(({ value }) => value),
    inputs.map(({ sender }) => sender),
  ]);
}

const REMOVE = statement(
  'flowRunInputs.delete',
  'delete from flow_run_input where flow_run_id = $1 and key = $2 returning id',
);

/** Whether there was such an input. */
export async function deleteInput(transaction: Queryable, flowRunId: string, key: string): Promise<boolean> {
  return (await transaction.query(REMOVE, [flowRunId, key])).length > 0;
}
