import { createHash } from 'node:crypto';
import { checkIdempotencyKey } from '../../core/checks/checkText.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Database, Transaction } from '../../store/connection/database.ts';
import {
  type KeptAnswer,
  type KeyedRequest,
  keepAnswers,
  lockRequest,
  readAnswers,
  requestKey,
} from '../../store/connection/idempotencyKeys.ts';

/**
 * An input with an optional idempotency key: requests with the same key have one effect and one answer. An empty key is
 * no key.
 */
export interface Keyed {
  idempotencyKey?: string | null | undefined;
}

/** The request as the book stores it; null if the caller sent no key. */
export function keyedRequest(
  viewer: Viewer,
  operation: string,
  { idempotencyKey, ...content }: Keyed,
): KeyedRequest | null {
  const key = checkIdempotencyKey('idempotencyKey', idempotencyKey);
  if (key === null) return null;
  const requestHash = createHash('sha256').update(JSON.stringify(content, sortedKeys)).digest('hex');
  return { tenantId: viewer.tenantId, operation, key, requestHash };
}

/** Objects with the same members are the same request; the order of the members does not matter. */
const sortedKeys = (_: string, value: unknown) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * The answers to requests with idempotency keys, within one transaction: read at its start, written at its end. A
 * repeated request, from an earlier transaction or from the same flush, gets the first answer and has no effect.
 */
export class AnswerBook {
  private readonly given: KeptAnswer[] = [];

  private constructor(
    private readonly transaction: Transaction,
    private readonly kept: Map<string, KeptAnswer>,
  ) {}

  static async open(transaction: Transaction, requests: readonly (KeyedRequest | null)[]): Promise<AnswerBook> {
    const keyed = requests.flatMap((request) => request ?? []);
    return new AnswerBook(transaction, keyed.length === 0 ? new Map() : await readAnswers(transaction, keyed));
  }

  /** Returns the earlier answer to this request, a Problem if its key was used for a different request, or null. */
  recall<Answer extends object>(request: KeyedRequest | null): Answer | Problem | null {
    const known = request === null ? undefined : this.kept.get(requestKey(request));
    if (request === null || known === undefined) return null;
    // The answer of the same operation, read back from JSON.
    return known.requestHash === request.requestHash ? (known.answer as unknown as Answer) : reused(request);
  }

  /**
   * Returns the jobs that still need work: jobs without a key, and the first job with each key that has no answer. For
   * work that starts before `once` is called; `once` answers the other jobs, which must have no effect.
   */
  unanswered<Job extends { request: KeyedRequest | null }>(jobs: readonly Job[]): Job[] {
    const keys = new Set(this.kept.keys());
    return jobs.filter(({ request }) => {
      if (request === null) return true;
      const key = requestKey(request);
      const isFirst = !keys.has(key);
      keys.add(key);
      return isFirst;
    });
  }

  note(request: KeyedRequest | null, answer: object): void {
    if (request === null) return;
    const kept = { ...request, answer: answer as unknown as Json }; // answers are plain data
    this.kept.set(requestKey(request), kept);
    this.given.push(kept);
  }

  /**
   * Returns the earlier answer to this request. Without one, calls `work` and records its answer unless that is a
   * Problem.
   */
  once<Answer extends object>(request: KeyedRequest | null, work: () => Answer | Problem): Answer | Problem {
    const known = this.recall<Answer>(request);
    if (known) return known;
    const answer = work();
    if (!(answer instanceof Problem)) this.note(request, answer);
    return answer;
  }

  /** Sends the statement that stores the recorded answers. */
  save(): void {
    if (this.given.length > 0) keepAnswers(this.transaction, this.given);
  }
}

const reused = ({ operation, key }: KeyedRequest) =>
  new Problem('IDEMPOTENCY_KEY_REUSED', `The idempotency key "${key}" was used for another ${operation} before.`);

/**
 * Runs one use case in a transaction of its own. Requests with the same key run one after the other: later ones wait
 * and get the first one's answer.
 */
export async function answerOnce<Answer extends object>(
  database: Database,
  request: KeyedRequest | null,
  work: (transaction: Transaction) => Promise<Answer>,
): Promise<Answer> {
  return database.transaction(async (transaction) => {
    if (request) await lockRequest(transaction, request);
    const book = await AnswerBook.open(transaction, [request]);
    const known = book.recall<Answer>(request);
    if (known instanceof Problem) throw known;
    if (known) return known;
    const answer = await work(transaction);
    book.note(request, answer);
    book.save();
    return answer;
  });
}
