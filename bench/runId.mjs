/** The id of the run with this number, as in sql/seedRuns.sql. */
export const runId = (number) => `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
