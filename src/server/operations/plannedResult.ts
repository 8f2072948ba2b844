import type { ExecutionResult } from 'graphql';
import type { PlanResult } from '../../api/plans/readPlan.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import type { PresentError } from '../observing/presentError.ts';

/** A result that a read plan has written as JSON. Its `data` only tells whether there is any. */
interface PlannedResult extends ExecutionResult {
  json: string;
}

const SOME_DATA = {};

export function plannedResult({ data, errors }: PlanResult, present: PresentError): PlannedResult {
  if (errors.length === 0) return { data: SOME_DATA, json: `{"data":${data}}` };
  const presented = errors.map((error) => present(error));
  return {
    data: data === 'null' ? null : SOME_DATA,
    errors: presented,
    json: `{"errors":${writeJson(presented)},"data":${data}}`,
  };
}

/** Returns the JSON of a result. */
export const resultJson = (result: ExecutionResult): string =>
  'json' in result ? (result as PlannedResult).json : writeJson(result); // no other result has the property
