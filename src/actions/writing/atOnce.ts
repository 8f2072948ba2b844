import type { Problem } from '../../core/values/problem.ts';
import type { Database, Queryable, Transaction } from '../../store/connection/database.ts';
import { violates } from '../../store/connection/databaseErrors.ts';
import type { Topic } from '../../streams/streams.ts';

interface Written<Answers> {
  answers: Answers;
  topics: Set<Topic>;
}

/** Two ways to do jobs. */
interface Ways<Job, Answer> {
  /**
   * Does what one statement can do without reading first, and leaves out the other jobs. The statement stores the answers to
   * keyed requests; if one was answered before, it violates the key of the answer, and writes nothing.
   */
  attempt: (database: Queryable, jobs: readonly Job[]) => Promise<Written<Map<Job, Answer | Problem>>>;
  /** Does all jobs. */
  batch: (transaction: Transaction, jobs: readonly Job[]) => Promise<Written<(Answer | Problem)[]>>;
}

/** Every statement finds its rows by keys. */
const BY_KEYS = { byKeys: true };

/**
 * Does jobs with one statement, which is its own transaction if there is one job. Jobs that need more are done in the same
 * transaction, so that all of the jobs are done, or none.
 */
export async function atOnce<Job, Answer>(
  database: Database,
  jobs: readonly Job[],
  { attempt, batch }: Ways<Job, Answer>,
): Promise<Written<(Answer | Problem)[]>> {
  const inBatch = () => database.transaction((transaction) => batch(transaction, jobs), BY_KEYS);
  try {
    if (jobs.length === 1) {
      const { answers, topics } = await attempt(database, jobs);
      return answers.size === 0 ? await inBatch() : { answers: [...answers.values()], topics };
    }
    return await database.transaction(async (transaction) => {
      const { answers, topics } = await attempt(transaction, jobs);
      const left = jobs.filter((job) => !answers.has(job));
      if (left.length > 0) {
        const rest = await batch(transaction, left);
        for (const [index, job] of left.entries()) answers.set(job, rest.answers[index] as Answer | Problem); // one for each
        for (const topic of rest.topics) topics.add(topic);
      }
      return { answers: jobs.map((job) => answers.get(job) as Answer | Problem), topics }; // each has one now
    }, BY_KEYS);
  } catch (error) {
    if (!violates(error, 'idempotency_key_pkey')) throw error;
    return inBatch();
  }
}
