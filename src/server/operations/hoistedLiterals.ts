import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parseType,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';

// Below, coercion costs about as much as the rest of the field.
const LONG_CHARACTERS = 200;

/**
 * Moves long literals of nested fields to the default values of variables. graphql coerces the literals of a field again
 * for each row that has it: a `where` of 480 conditions below 1,000 rows took 3.6 s, and as a variable 0.1 s. Takes a
 * valid document.
 */
export function hoistedLiterals(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  if ((document.loc?.end ?? 0) < LONG_CHARACTERS) return document;
  const types = new TypeInfo(schema);
  const roots: unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const definitions: VariableDefinitionNode[] = [];
  const taken = variableNames(document);
  const hoisted = visit(
    document,
    visitWithTypeInfo(types, {
      Argument(argument) {
        const type = types.getInputType();
        const isOfRow = !roots.includes(types.getParentType());
        if (!type || !isOfRow || !isLong(argument.value) || hasVariable(argument.value)) return false;
        const name = { kind: Kind.NAME, value: freeName(taken, definitions.length) } as const;
        const variable = { kind: Kind.VARIABLE, name } as const;
        // The literal is valid and has no variables, so it is a default value of this type.
        const defaultValue = argument.value as VariableDefinitionNode['defaultValue'] & object;
        definitions.push({ kind: Kind.VARIABLE_DEFINITION, variable, type: parseType(String(type)), defaultValue });
        return { ...argument, value: variable };
      },
    }),
  );
  if (definitions.length === 0) return document;
  // A fragment can be part of each operation. graphql ignores variables that an operation does not use.
  return {
    ...hoisted,
    definitions: hoisted.definitions.map((one) =>
      one.kind === Kind.OPERATION_DEFINITION
        ? { ...one, variableDefinitions: [...(one.variableDefinitions ?? []), ...definitions] }
        : one,
    ),
  };
}

const isLong = ({ loc }: ValueNode): boolean => loc !== undefined && loc.end - loc.start >= LONG_CHARACTERS;

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => hasVariable(field.value));
  return value.kind === Kind.VARIABLE;
}

const variableNames = ({ definitions }: DocumentNode): Set<string> =>
  new Set(
    definitions.flatMap((one) =>
      one.kind === Kind.OPERATION_DEFINITION
        ? (one.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
        : [],
    ),
  );

function freeName(taken: Set<string>, number: number): string {
  let name = `literal${number}`;
  while (taken.has(name)) name += '_';
  return name;
}
