import type { OperatorsName } from './filterOperators.ts';

/** A field of a filter input. */
export type FieldDefinition =
  /** Operators on a field of the store's filter table; `fields` names another field for some operators. */
  | { operators: OperatorsName; field: string; fields?: { [operator: string]: string }; description: string }
  /** A group of fields under one name. */
  | { group: FieldDefinitions; name: string; description: string }
  /** Another kind of thing: some of those that belong to this one match. `through` stands a relation before it. */
  | { relation: string; through?: string; kind: FilterKind; description: string };

export interface FieldDefinitions {
  [name: string]: FieldDefinition;
}

export type FilterKind = 'FlowRun' | 'TaskRun' | 'Flow' | 'Deployment' | 'WorkPool' | 'WorkQueue' | 'Log';

export interface FilterDefinition {
  /** The plural of what is filtered. */
  of: string;
  fields: FieldDefinitions;
}

/** What all that has a name is filtered by. */
export const NAMED_FIELDS: FieldDefinitions = {
  id: { operators: 'Id', field: 'id', description: 'By id.' },
  name: { operators: 'Text', field: 'name', description: 'By name.' },
};

export const TAG_FIELDS: FieldDefinitions = { tags: { operators: 'Tags', field: 'tags', description: 'By tags.' } };

/** Of what can be taken from a queue. */
export const QUEUED_FIELDS: FieldDefinitions = {
  workQueueId: { operators: 'NullableId', field: 'workQueueId', description: 'By the id of the work queue.' },
  workQueueName: {
    operators: 'NullableText',
    field: 'workQueueName',
    description: 'By the name of the work queue, whatever its pool; null where there is no queue.',
  },
  workQueue: {
    relation: 'workQueue',
    kind: 'WorkQueue',
    description: 'By the work queue; what has none is left out.',
  },
  workPool: {
    relation: 'workPool',
    through: 'workQueue',
    kind: 'WorkPool',
    description: 'By the work pool of the work queue; what has none is left out.',
  },
};
