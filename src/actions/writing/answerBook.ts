import { createHash } from 'node:crypto';
import { checkIdempotencyKey } from '../../core/checks/checkText.ts';
import type { Json } from '../../core/runs/state.ts';
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

/** Inputs that may name a key under which the request has one effect and one answer. Empty is no key. */
export interface Keyed {
  idempotencyKey?: string | null | undefined;
}

/** The request as the book knows it, or null where the caller gave no key. */
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

/** Objects with the same members are the same request, in whatever order these were sent. */
const sortedKeys = (_: string, value: unknown) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * What keyed requests were answered, within one transaction: read at its start, written at its end. A request that comes
 * again, be it from before or from the same flush, gets the first one's answer and does nothing.
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

  /** What this request was answered before, a Problem where its key was used for another one, or nothing. */
  recall<Answer extends object>(request: KeyedRequest | null): Answer | Problem | null {
    const known = request === null ? undefined : this.kept.get(requestKey(request));
    if (request === null || known === undefined) return null;
    // What this operation answered before, read back from JSON.
    return known.requestHash === request.requestHash ? (known.answer as unknown as Answer) : reused(request);
  }

  /**
   * Those of the jobs that are still to be done: without a key, or the first with a key that has no answer. For work that
   * begins before the answers are given; the others are answered by `once` and must leave nothing behind.
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

  /** The earlier answer of this request; else does the work, and remembers its answer unless it is a refusal. */
  once<Answer extends object>(request: KeyedRequest | null, work: () => Answer | Problem): Answer | Problem {
    const known = this.recall<Answer>(request);
    if (known) return known;
    const answer = work();
    if (!(answer instanceof Problem)) this.note(request, answer);
    return answer;
  }

  /** Sends the answers that were given to be kept. */
  save(): void {
    if (this.given.length > 0) keepAnswers(this.transaction, this.given);
  }
}

const reused = ({ operation, key }: KeyedRequest) =>
  new Problem('IDEMPOTENCY_KEY_REUSED', `The idempotency key "${key}" was used for another ${operation} before.`);

/**
 * One use case in one transaction of its own. Requests with one key come one after the other: the later ones wait, and then
 * get the first one's answer.
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
