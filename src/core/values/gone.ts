/** Tells whether the client no longer waits for the answer of a request. An AbortSignal does, too. */
export interface Gone {
  readonly aborted: boolean;
}
