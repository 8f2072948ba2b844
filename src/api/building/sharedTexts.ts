import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../core/values/page.ts';
import { LIMIT_TEXTS } from './limitTexts.ts';

// Descriptions that several types share: the same concept has the same sentence everywhere.

/** For a `filter` argument. */
export const filterText = (plural: string) => `Only ${plural} that match this filter. Defaults to all.`;

/** For a `sort` argument. */
export const sortText = (defaultSort: string) => `The order of the list. Defaults to ${defaultSort}.`;

/** For an input field with the id of an object that must exist. */
export const idText = (noun: string, code: 'NOT_FOUND' | 'REFERENCE_NOT_FOUND') =>
  `The id of the ${noun}. An unknown id fails with ${code}.`;

/** For a field with the id of an object that may be missing. */
export const nullableIdText = (noun: string) => `The id of the ${noun}; null if there is none.`;

/** For a query that returns an object by its id. */
export const byIdText = (noun: string) => `Returns the ${noun} with this id; null if there is none.`;

/** For a field that loads an object which another request can delete. */
export const relatedText = (noun: string) => `The ${noun}; null if it has since been deleted.`;

const A_NAME_IS_CHOSEN = `If it is null or empty, the server chooses two random words. ${LIMIT_TEXTS.text}`;

export const SHARED_TEXTS = {
  pageSize:
    `Must be between 0 and ${MAX_PAGE_SIZE}; defaults to ${DEFAULT_PAGE_SIZE}. ` +
    `More than ${MAX_PAGE_SIZE} fails with LIMIT_EXCEEDED, a negative value with BAD_USER_INPUT.`,
  eventCursor: 'Send it as `after` to continue with the next event.',
  rejected: 'The rejected entries; at most all of them.',
  description: `A free-text description. ${LIMIT_TEXTS.message}`,
  labels: 'Arbitrary keys and values. New flow runs inherit them.',
  logLevel: 'The level, as in Python: 10 debug, 20 info, 30 warning, 40 error, 50 critical.',

  runName: `A human-readable name. ${A_NAME_IS_CHOSEN}`,
  newName: `The new name. ${A_NAME_IS_CHOSEN}`,
  runTags: 'Tags to find the run by.',
  runCount: 'How many times the run has entered RUNNING.',
  firstState: 'The first state, which can be any state. Defaults to PENDING.',
  currentState: 'The current state; null if it is no longer stored.',
  taskKey: 'Identifies the task.',
  dynamicKey: 'Distinguishes the runs of one task within a flow run.',
  taskInputs: 'The sources of the arguments of the task.',

  workPoolType: 'The kind of infrastructure that the workers of the pool start, such as `process` or `docker`.',
  baseJobTemplate: 'The template for the jobs of runs. Its `variables` is the JSON Schema (2020-12) of job variables.',
  poolName: `Must not contain any of the characters / % & > <. ${LIMIT_TEXTS.name}`,
  isPaused: 'Whether it is paused, so that workers receive no flow runs from it.',
  concurrencyLimit:
    'How many of its flow runs can be PENDING, RUNNING or CANCELLING at the same time, 0 or more; null for no limit. If ' +
    'it is reached, PENDING is rejected for other flow runs.',
  lastPolled: 'When a worker last polled the queue; null if none has.',
  workQueueName:
    'The name of a queue in that work pool. Defaults to the queue `default`. An unknown name fails with ' +
    `REFERENCE_NOT_FOUND, a name without a work pool with BAD_USER_INPUT. ${LIMIT_TEXTS.name}`,
} as const;
