import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** The form of a response to a query or mutation. */
export interface AnswerForm {
  mediaType: 'application/json' | 'application/graphql-response+json';
  /** The HTTP status if GraphQL rejects a request before execution. */
  refused: 200 | 400;
}

export const JSON_FORM: AnswerForm = { mediaType: 'application/json', refused: 200 };
/** For clients that accept any type, such as Prefect 1's: what Prefect 1's server sent. */
const ANY_FORM: AnswerForm = { mediaType: 'application/json', refused: 400 };

interface Accepted {
  /** The form of a JSON response; null if the client accepts neither. */
  form: AnswerForm | null;
  eventStream: boolean;
  /** Whether the header names text/html, and prefers no form of JSON. Browsers do. */
  html: boolean;
}

const GRAPHQL_FORM: AnswerForm = { mediaType: 'application/graphql-response+json', refused: 400 };
const JSON_TYPES = [JSON_FORM.mediaType, GRAPHQL_FORM.mediaType];
const WITH_HTML = ['text/html', ...JSON_TYPES];

// Clients send the same few headers all the time.
const known = new LRUCache<string, Accepted>({ max: 200 });

/** Reads `accept` by RFC 9110, section 12.5.1: weights count, the more specific range wins, and `q=0` excludes. */
function acceptedBy(accept: string): Accepted {
  let accepted = known.get(accept);
  if (!accepted) {
    // All our types are UTF-8, so this parameter says nothing.
    const client = new Negotiator({ headers: { accept: accept.replace(/;\s*charset="?utf-?8"?/gi, '') } });
    const named = client.mediaTypes().map((type) => type.toLowerCase());
    const [preferred] = client.mediaTypes(JSON_TYPES);
    const json = named.includes(JSON_FORM.mediaType) ? JSON_FORM : ANY_FORM;
    accepted = {
      form: preferred === undefined ? null : preferred === GRAPHQL_FORM.mediaType ? GRAPHQL_FORM : json,
      eventStream: named.includes('text/event-stream'),
      html: named.includes('text/html') && client.mediaType(WITH_HTML) === 'text/html',
    };
    known.set(accept, accepted);
  }
  return accepted;
}

/** Returns the form that the client prefers, null if it accepts none. Without the header it is JSON. */
export const chooseForm = (accept: string | undefined): AnswerForm | null =>
  accept === undefined || accept === '' ? JSON_FORM : acceptedBy(accept).form;

/** Whether the client prefers gzip to an uncompressed response. */
export const acceptsGzip = (acceptEncoding: string | string[] | undefined): boolean =>
  new Negotiator({ headers: { 'accept-encoding': String(acceptEncoding ?? '') } }).encoding(['gzip', 'identity']) ===
  'gzip';

export const acceptsEventStream = (accept: string | undefined): boolean =>
  accept !== undefined && acceptedBy(accept).eventStream;

export const acceptsHtml = (accept: string | undefined): boolean => accept !== undefined && acceptedBy(accept).html;
