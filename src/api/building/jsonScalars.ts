import { Kind, type ValueNode } from 'graphql';
import type { Labels, TaskInput, TaskRun } from '../../core/runs/run.ts';
import { ExactNumber, exactNumber } from '../../core/values/exactNumber.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/values/jsonObject.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from './builder.ts';
import { badInput, shown, uuidFrom } from './scalars.ts';

// Scalars check only the shape. The allowed content and size depend on the field, so actions check them.

function objectFrom(value: unknown): JsonObject {
  if (!isJsonObject(value as Json)) throw badInput('The value must be a JSON object.');
  return value as JsonObject; // It comes from readJson or fromLiteral.
}

type Variables = { [name: string]: unknown } | null | undefined;

/** Returns the value of a literal in a document. During validation there are no variables yet; they are null then. */
function fromLiteral(node: ValueNode, variables: Variables, depth = 0): unknown {
  if (depth > LIMITS.jsonDepth) throw badInput(`JSON must not be nested more than ${LIMITS.jsonDepth} levels deep.`);
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return exactNumber(node.value);
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
    if (label === null || (typeof label === 'object' && !(label instanceof ExactNumber)))
      throw badInput(`The label ${shown(key)} must be a string, a number or a boolean.`);
  return object as Labels; // The loop has checked the values.
}

function stringMapFrom(value: unknown): { [key: string]: string } {
  const object = objectFrom(value);
  for (const [key, text] of Object.entries(object))
    if (typeof text !== 'string') throw badInput(`The value of ${shown(key)} must be a string.`);
  return object as { [key: string]: string }; // The loop has checked the values.
}

const TASK_INPUT_FIELDS = { task_run: 'id', flow_run: 'id', parameter: 'name', constant: 'type' } as const;

function taskInputFrom(value: Json | undefined, parameter: string): TaskInput {
  const refused = () =>
    badInput(
      `The inputs of ${shown(parameter)} must be a list of { kind: "task_run" or "flow_run", id }, ` +
        '{ kind: "parameter", name } and { kind: "constant", type }.',
    );
  if (!isJsonObject(value)) throw refused();
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

/** Uses the same function for literals and variables. */
const reading = <Value>(read: (value: unknown) => Value) => ({
  serialize: (value: Value) => value,
  parseValue: read,
  parseLiteral: (node: ValueNode, variables: Variables) => read(fromLiteral(node, variables)),
});

const BOUNDS = `More than ${LIMITS.jsonDepth} levels, or a NUL character, fail with BAD_USER_INPUT.`;

builder.scalarType('JSON', {
  description:
    'Any JSON value. Used where Prefect leaves the content free-form. Literals in a document can be objects and ' +
    `lists. ${BOUNDS}`,
  ...reading((value) => value as Json), // It comes from readJson or fromLiteral.
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
    'The sources of the arguments of a task: a JSON object with a list for each parameter of the task. The entries ' +
    'of a list are `{ kind: "task_run", id }`, `{ kind: "flow_run", id }`, `{ kind: "parameter", name }` (a ' +
    `parameter of the flow) and \`{ kind: "constant", type }\`. ${BOUNDS}`,
  ...reading(taskInputsFrom),
});
