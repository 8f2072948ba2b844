import type { OperatorsName } from './filterOperators.ts';

/** A field of a filter input. */
export type FieldDefinition =
  /** Operators on a field of the store's filter table. `fields` maps some operators to other fields. */
  | { operators: OperatorsName; field: string; fields?: { [operator: string]: string }; description: string }
  /** A group of rows under one name. */
  | { group: FieldDefinitions; name: string; description: string }
  /** A related kind, of which at least one row must match. `through` is a relation that leads to it. */
  | { relation: string; through?: string; kind: FilterKind; description: string };

export interface FieldDefinitions {
  [name: string]: FieldDefinition;
}

export type FilterKind = 'FlowRun' | 'TaskRun' | 'Flow' | 'Deployment' | 'WorkPool' | 'WorkQueue' | 'Log';

export interface FilterDefinition {
  /** The plural of the filtered kind. */
  of: string;
  fields: FieldDefinitions;
}

/** The rows of every kind that has a name. */
export const NAMED_FIELDS: FieldDefinitions = {
  id: { operators: 'Id', field: 'id', description: 'Filters by id.' },
  name: { operators: 'Text', field: 'name', description: 'Filters by name.' },
};

export const CREATED = 'Filters by the time of creation.';
export const CONCURRENCY_LIMIT = 'Filters by the concurrency limit; null if there is none.';

export const TAG_FIELDS: FieldDefinitions = {
  tags: { operators: 'Tags', field: 'tags', description: 'Filters by tags.' },
};

/** The rows of every kind that belongs to a work queue. */
export const QUEUED_FIELDS: FieldDefinitions = {
  workQueueId: { operators: 'NullableId', field: 'workQueueId', description: 'Filters by the id of the work queue.' },
  workQueueName: {
    operators: 'NullableText',
    field: 'workQueueName',
    description: 'Filters by the name of the work queue, in any work pool; null if there is no work queue.',
  },
  workQueue: {
    relation: 'workQueue',
    kind: 'WorkQueue',
    description: 'Filters by the work queue. Without a work queue there is no match.',
  },
  workPool: {
    relation: 'workPool',
    through: 'workQueue',
    kind: 'WorkPool',
    description: 'Filters by the work pool of the work queue. Without a work queue there is no match.',
  },
};
