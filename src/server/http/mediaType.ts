/** The form of a response to a query or mutation. */
export interface AnswerForm {
  mediaType: 'application/json' | 'application/graphql-response+json';
  /** The HTTP status if GraphQL rejects a request before execution. */
  refused: 200 | 400;
}

export const JSON_FORM: AnswerForm = { mediaType: 'application/json', refused: 200 };
/** For clients that accept any type, such as Prefect 1's: what Prefect 1's server sent. */
const ANY_FORM: AnswerForm = { mediaType: 'application/json', refused: 400 };

const FORMS: { readonly [accepted: string]: AnswerForm } = {
  '*/*': ANY_FORM,
  'application/*': ANY_FORM,
  'application/json': JSON_FORM,
  'application/graphql-response+json': { mediaType: 'application/graphql-response+json', refused: 400 },
};

const acceptedTypes = (accept: string): string[] =>
  accept.split(',').map((type) => (type.split(';', 1)[0] ?? '').trim().toLowerCase());

/** Returns the form for the first supported type in `accept`, null if there is none. Defaults to JSON. */
export function chooseForm(accept: string | undefined): AnswerForm | null {
  if (accept === undefined || accept === '') return JSON_FORM;
  for (const type of acceptedTypes(accept)) if (Object.hasOwn(FORMS, type)) return FORMS[type] ?? null;
  return null;
}

export const acceptsEventStream = (accept: string | undefined): boolean =>
  accept !== undefined && acceptedTypes(accept).includes('text/event-stream');

export const acceptsHtml = (accept: string | undefined): boolean =>
  accept !== undefined && acceptedTypes(accept).includes('text/html');
