import type { FlowRunInput } from '../../core/runs/run.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Queryable, Transaction } from '../../store/connection/database.ts';
import { requestKey } from '../../store/connection/idempotencyKeys.ts';
import {
  type CreatedInput,
  createFlowRunInputs,
  type RequestedInput,
} from '../../store/flowRuns/createFlowRunInputs.ts';
import type { Topic } from '../../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { unknownFlowRun } from './moveFlowRunBatch.ts';

/** The id of a created input, and the input as it was written, if it is known. */
export interface CreatedFlowRunInput {
  id: string;
  input?: FlowRunInput;
}

export const inputExists = () => new Problem('CONFLICT', 'A flow run input with this key already exists.');

/** Creates the inputs that one statement can create. Inputs have no stream. */
export async function createFlowRunInputsAtOnce(database: Queryable, jobs: readonly RequestedInput[]) {
  const answers = new Map<RequestedInput, CreatedFlowRunInput | Problem>();
  const keys = new Set<string>();
  const first = jobs.filter(({ request }) => {
    const key = request && requestKey(request);
    if (key === null) return true;
    const isFirst = !keys.has(key);
    keys.add(key);
    return isFirst;
  });
  const created = await createFlowRunInputs(database, first);
  for (const [index, job] of first.entries()) {
    const answer = answerOf(job, created[index]);
    // A keyed request that cannot be done may be a repeated one.
    if (!(answer instanceof Problem) || job.request === null) answers.set(job, answer);
  }
  return { answers, topics: new Set<Topic>() };
}

/** Creates inputs, and answers repeated requests as the first ones, all of them in this transaction. */
export async function createFlowRunInputBatch(transaction: Transaction, jobs: readonly RequestedInput[]) {
  const book = await AnswerBook.open(
    transaction,
    jobs.map(({ request }) => request),
  );
  const open = book.unanswered(jobs);
  const created =
    open.length > 0
      ? await createFlowRunInputs(
          transaction,
          open.map((job) => ({ ...job, request: null })),
        )
      : [];
  const outcomes = new Map(open.map((job, index) => [job, answerOf(job, created[index])]));
  const answers = jobs.map((job) =>
    book.once<CreatedFlowRunInput>(job.request, () => {
      const outcome = outcomes.get(job) ?? inputExists();
      return outcome instanceof Problem ? outcome : { id: outcome.id };
    }),
  );
  book.save();
  return { answers, topics: new Set<Topic>() };
}

function answerOf({ input: { id, flowRunId } }: RequestedInput, created: CreatedInput | undefined) {
  if (!created?.flowRunExists) return unknownFlowRun(flowRunId);
  return created.input ? { id, input: created.input } : inputExists();
}
