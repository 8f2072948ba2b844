import { checkJson } from '../../core/checks/checkJson.ts';
import { checkMessage, checkName, refuse } from '../../core/checks/checkText.ts';
import { defaultsFault } from '../../core/schemas/jobVariablesFault.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { jobVariablesSchema, throwFault } from '../deployments/deploymentContent.ts';

/** The fields that work pools and work queues share. */
export interface QueueingContent {
  description?: string | null | undefined;
  isPaused?: boolean | null | undefined;
  /** How many runs may be active at the same time; null for no limit. */
  concurrencyLimit?: number | null | undefined;
}

export function checkQueueingContent({ description, concurrencyLimit }: QueueingContent): void {
  if (description) checkMessage('description', description);
  if (typeof concurrencyLimit === 'number' && concurrencyLimit < 0) refuse('concurrencyLimit', 'must be 0 or more.');
}

/** Checks a name that must be usable in Prefect's URLs and commands. Source: Prefect 3, schemas/core.py, Name. */
export function checkPoolName(field: string, name: string): void {
  checkName(field, name);
  if (/[/%&><]/.test(name)) refuse(field, 'holds one of the characters / % & > <.');
}

/** Checks the template of a pool's jobs: its schema must be valid and its defaults must match it. */
export function checkBaseJobTemplate(template: JsonObject): void {
  checkJson('baseJobTemplate', template);
  if (template.variables === undefined) return;
  const schema = jobVariablesSchema(template);
  if (!schema) refuse('baseJobTemplate.variables', 'must be a JSON Schema, which is a map.');
  throwFault("Validation failed for work pool's job variable defaults", 'baseJobTemplate', defaultsFault(schema));
}

export const unknownWorkPool = (name: string) => new Problem('NOT_FOUND', `Work pool "${name}" not found.`);
export const unknownWorkPoolId = (id: string) => new Problem('NOT_FOUND', `Work pool with id ${id} not found`);
export const unknownWorkQueue = (id: string) => new Problem('NOT_FOUND', `Work queue with id ${id} not found`);
