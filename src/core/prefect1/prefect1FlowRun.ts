import { ExactNumber } from '../values/exactNumber.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import { Problem } from '../values/problem.ts';

// What a new flow run inherits from its flow and flow group. Source: prefect_server, api/runs.py, create_flow_run.

/** The parts of a flow and its group that runs inherit. */
export interface FlowLevels {
  /** The registered parameters: a list of objects with `name`, `default`, `required` and more. */
  parameters: Json;
  runConfig: Json;
  environment: Json;
  groupLabels: string[] | null;
  groupRunConfig: Json;
  groupParameters: JsonObject | null;
}

/** What the request sets for the run. */
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

/** Returns the labels of the first level that sets them. An empty list counts as set. */
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

/** Returns the run configuration of the first level that sets one. Levels are not merged. */
export function runConfigFor(flow: FlowLevels, asked: FlowRunLevels): JsonObject | null {
  const config = asked.runConfig ?? flow.groupRunConfig ?? flow.runConfig;
  return isJsonObject(config) ? config : null;
}

/**
 * Merges parameters: the request's override the group's, which override the defaults of the flow. Defaults that are
 * false in Python are left out; the flow itself applies them. Throws BAD_USER_INPUT if a required parameter is missing.
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
  typeof value === 'object' && value !== null && !(value instanceof ExactNumber)
    ? Object.keys(value).length > 0
    : Boolean(value?.valueOf());
