import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import { Problem } from '../values/problem.ts';

// What a new flow run takes over from the levels above it. Source: prefect_server, api/runs.py, create_flow_run.

/** A flow and its group, as far as their runs take over from them. */
export interface FlowLevels {
  /** As the client registered them: a list of name, default, required and more. */
  parameters: Json;
  runConfig: Json;
  environment: Json;
  groupLabels: string[] | null;
  groupRunConfig: Json;
  groupParameters: JsonObject | null;
}

/** What the caller says of the run. */
export interface FlowRunLevels {
  labels: string[] | null;
  runConfig: JsonObject | null;
  parameters: JsonObject | null;
}

const labelsOf = (config: Json): string[] | null => {
  if (!isJsonObject(config)) return null;
  const { labels } = config;
  return Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : [];
};

/** The labels of the first level that has any; an empty list counts as set. */
export const labelsFor = (flow: FlowLevels, asked: FlowRunLevels): string[] =>
  [
    ...(asked.labels ??
      labelsOf(asked.runConfig) ??
      flow.groupLabels ??
      labelsOf(flow.groupRunConfig) ??
      labelsOf(flow.runConfig) ??
      labelsOf(flow.environment) ??
      []),
  ].sort();

/** How the run is to be run: of the first level that says it, as a whole. */
export function runConfigFor(flow: FlowLevels, asked: FlowRunLevels): JsonObject | null {
  const config = asked.runConfig ?? flow.groupRunConfig ?? flow.runConfig;
  return isJsonObject(config) ? config : null;
}

/**
 * Defaults of the flow, over them those of its group, over them what the caller gives. A default that Python takes for
 * false is left to the flow itself.
 */
export function parametersFor(flow: FlowLevels, asked: FlowRunLevels): JsonObject {
  const declared = Array.isArray(flow.parameters) ? flow.parameters.filter(isJsonObject) : [];
  const parameters = {
    ...Object.fromEntries(
      declared.flatMap((parameter) => (isTruthy(parameter.default) ? [[nameOf(parameter), parameter.default]] : [])),
    ),
    ...flow.groupParameters,
    ...asked.parameters,
  };
  const missing = declared
    .filter((parameter) => parameter.required === true && !Object.hasOwn(parameters, nameOf(parameter)))
    .map((parameter) => `'${nameOf(parameter)}'`);
  if (missing.length > 0)
    throw new Problem('BAD_USER_INPUT', `Required parameters were not supplied: {${missing.join(', ')}}`);
  return parameters;
}

const nameOf = ({ name }: JsonObject): string => String(name);

const isTruthy = (value: Json | undefined): value is Json =>
  typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
