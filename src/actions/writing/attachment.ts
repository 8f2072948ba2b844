/** A value that a job carries for one follower. The mover passes it on without reading it. */
export interface Attachment {
  readonly key: symbol;
  readonly value: unknown;
}

export interface Attachable {
  attachment?: Attachment | null;
}

/** Declares a kind of attachment: `attach` creates one, `of` returns a job's, or null if the job carries none of this kind. */
export function attachmentKind<Value>(name: string) {
  const key = Symbol(name);
  return {
    attach: (value: Value): Attachment => ({ key, value }),
    // Only `attach` knows the key, and it takes values of this type only.
    of: ({ attachment }: Attachable): Value | null => (attachment?.key === key ? (attachment.value as Value) : null),
  };
}
