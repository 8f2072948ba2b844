/** Thrown if a plan cannot produce an answer that graphql's executor can produce, or whose error it can report. */
export class Unplanned extends Error {}
