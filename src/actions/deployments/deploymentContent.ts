import { checkJson, checkLabels, checkParameters } from '../../core/checks/checkJson.ts';
import { checkMessage, checkTags, checkText } from '../../core/checks/checkText.ts';
import type { Deployment, Labels } from '../../core/runs/run.ts';
import { faultBySchema, type SchemaFault } from '../../core/schemas/faultBySchema.ts';
import { jobVariablesFault } from '../../core/schemas/jobVariablesFault.ts';
import { isJsonObject, type JsonObject } from '../../core/values/jsonObject.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { Problem } from '../../core/values/problem.ts';
import type { WorkQueueNames } from '../flowRuns/requireWorkQueue.ts';
import { hydrateRunInput } from '../flowRuns/runInput.ts';
import type { ScheduleRequest } from './scheduleRequest.ts';

/** A deployment's settings, without its name and its flow. */
export interface DeploymentContent extends WorkQueueNames {
  tags?: string[] | null;
  labels?: Labels | null;
  description?: string | null;
  version?: string | null;
  paused?: boolean | null;
  parameters?: JsonObject | null;
  /** JSON Schema 2020-12; null allows any parameters. */
  parameterOpenapiSchema?: JsonObject | null;
  enforceParameterSchema?: boolean | null;
  jobVariables?: JsonObject | null;
  schedules?: ScheduleRequest[] | null;
}

/** Checks the form of the settings, without the schedules; throws BAD_USER_INPUT. */
export function checkDeploymentContent(content: DeploymentContent): void {
  const { tags, labels, description, version, parameters, parameterOpenapiSchema, jobVariables } = content;
  if (tags) checkTags('tags', tags);
  if (labels) checkLabels('labels', labels);
  if (description) checkMessage('description', description);
  if (version) checkText('version', version, LIMITS.nameCharacters);
  if (parameters) checkParameters('parameters', parameters);
  if (parameterOpenapiSchema) checkJson('parameterOpenapiSchema', parameterOpenapiSchema);
  if (jobVariables) checkJson('jobVariables', jobVariables);
}

type Checked = Pick<Deployment, 'parameters' | 'parameterOpenapiSchema' | 'enforceParameterSchema' | 'jobVariables'>;

/**
 * Checks that a deployment's parameters and job variables match their schemas; throws BAD_USER_INPUT. Required values
 * may be missing, because a run can supply them.
 * Source: Prefect 3, server/api/validation.py.
 * @param doing the start of the error message: "Error creating deployment"
 * @param variables the work pool's schema for job variables
 */
export function checkDeploymentSchemas(
  doing: string,
  { parameters, parameterOpenapiSchema, enforceParameterSchema, jobVariables }: Checked,
  variables: JsonObject | null,
): void {
  if (parameterOpenapiSchema && enforceParameterSchema)
    throwFault(doing, 'parameters', faultBySchema(parameterOpenapiSchema, parameters, { ignoresRequired: true }));
  if (variables) throwFault(doing, 'jobVariables', jobVariablesFault(variables, jobVariables, false));
}

/** Returns a work pool's schema for the job variables of its runs. */
export const jobVariablesSchema = ({ variables }: JsonObject): JsonObject | null =>
  isJsonObject(variables) ? variables : null;

export function throwFault(doing: string, field: string, fault: SchemaFault | null): void {
  if (fault) throw new Problem('BAD_USER_INPUT', `${doing}: ${fault.reason}`, { field });
}

/** Replaces `{ "__prefect_kind": ... }` objects by their values; throws BAD_USER_INPUT. */
export function hydratedParameters(what: string, parameters: JsonObject): JsonObject {
  const result = hydrateRunInput(what, parameters);
  if ('reason' in result) throw new Problem('BAD_USER_INPUT', result.reason, { field: 'parameters' });
  checkParameters('parameters', result.value);
  return result.value;
}
