import { Kind, type ValueNode } from 'graphql';
import type { Labels, TaskInput, TaskRun } from '../../core/runs/run.ts';
import type { Json, JsonObject } from '../../core/runs/state.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from './builder.ts';
import { badInput, shown, uuidFrom } from './scalars.ts';

// Only the shape is looked at here. What JSON may hold and how large it may be depends on the field: actions check that.

function objectFrom(value: unknown): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw badInput('A JSON object is expected.');
  return value as JsonObject; // It came out of JSON.parse or out of fromLiteral.
}

type Variables = { [name: string]: unknown } | null | undefined;

/** The value of a literal in a document. Validation reads literals before there are variables: those are null then. */
function fromLiteral(node: ValueNode, variables: Variables, depth = 0): unknown {
  if (depth > LIMITS.jsonDepth) throw badInput(`JSON may be nested ${LIMITS.jsonDepth} levels deep at most.`);
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.BOOLEAN:
    case Kind.STRING:
    case Kind.ENUM:
      return node.value;
    case Kind.VARIABLE:
      return variables?.[node.name.value] ?? null;
    case Kind.LIST:
      return node.values.map((item) => fromLiteral(item, variables, depth + 1));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, fromLiteral(field.value, variables, depth + 1)]),
      );
    default:
      return node satisfies never;
  }
}

function labelsFrom(value: unknown): Labels {
  const object = objectFrom(value);
  for (const [key, label] of Object.entries(object))
    if (label === null || typeof label === 'object')
      throw badInput(`The label ${shown(key)} must be a string, a number or a boolean.`);
  return object as Labels; // its values were just looked at
}

function stringMapFrom(value: unknown): { [key: string]: string } {
  const object = objectFrom(value);
  for (const [key, text] of Object.entries(object))
    if (typeof text !== 'string') throw badInput(`The value of ${shown(key)} must be a string.`);
  return object as { [key: string]: string }; // its values were just looked at
}

const TASK_INPUT_FIELDS = { task_run: 'id', flow_run: 'id', parameter: 'name', constant: 'type' } as const;

function taskInputFrom(value: Json | undefined, parameter: string): TaskInput {
  const refused = () =>
    badInput(
      `The inputs of ${shown(parameter)} must be a list of { kind: "task_run" or "flow_run", id }, ` +
        '{ kind: "parameter", name } and { kind: "constant", type }.',
    );
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw refused();
  const kind = Object.keys(TASK_INPUT_FIELDS).find((known) => known === value.kind) as TaskInput['kind'] | undefined;
  if (kind === undefined || Object.keys(value).length !== 2) throw refused();
  const text = value[TASK_INPUT_FIELDS[kind]];
  if (typeof text !== 'string') throw refused();
  switch (kind) {
    case 'task_run':
    case 'flow_run':
      return { kind, id: uuidFrom(text) };
    case 'parameter':
      return { kind, name: text };
    case 'constant':
      return { kind, type: text };
  }
}

const taskInputsFrom = (value: unknown): TaskRun['taskInputs'] =>
  Object.fromEntries(
    Object.entries(objectFrom(value)).map(([parameter, inputs]) => {
      const list = Array.isArray(inputs) ? inputs : [undefined];
      return [parameter, list.map((input) => taskInputFrom(input, parameter))];
    }),
  );

/** Literals and variables are read by the same function. */
const reading = <Value>(read: (value: unknown) => Value) => ({
  serialize: (value: Value) => value,
  parseValue: read,
  parseLiteral: (node: ValueNode, variables: Variables) => read(fromLiteral(node, variables)),
});

const BOUNDS = `At most ${LIMITS.jsonDepth} levels deep, without the character NUL; else BAD_USER_INPUT.`;

builder.scalarType('JSON', {
  description: `Any JSON value, where the workflow engine itself is free-form. Literals may be objects, too. ${BOUNDS}`,
  ...reading((value) => value as Json), // It came out of JSON.parse or out of fromLiteral.
});
builder.scalarType('JSONObject', { description: `A JSON object. ${BOUNDS}`, ...reading(objectFrom) });
builder.scalarType('Labels', {
  description: `A JSON object whose values are strings, numbers or booleans. ${BOUNDS}`,
  ...reading(labelsFrom),
});
builder.scalarType('StringMap', {
  description: `A JSON object whose values are strings. ${BOUNDS}`,
  ...reading(stringMapFrom),
});
builder.scalarType('TaskInputs', {
  description:
    'Where the arguments of a task came from: a JSON object that holds, for each parameter of the task, a list of ' +
    '`{ kind: "task_run", id }`, `{ kind: "flow_run", id }`, `{ kind: "parameter", name }` (a parameter of the flow) and ' +
    `\`{ kind: "constant", type }\`. ${BOUNDS}`,
  ...reading(taskInputsFrom),
});
