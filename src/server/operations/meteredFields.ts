import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import type { RequestBudget } from '../../loading/requestBudget.ts';

type Resolver = GraphQLFieldResolver<unknown, { budget: RequestBudget }>;

/** An object or a list, with the promises that lead to it, takes several times the memory and time of a plain value. */
const COMPOSITE_VALUES = 5;

const METERED = new WeakSet<object>();

/**
 * Lets every field that has a resolver draw on the budget of its request. Rows are counted where statements return them,
 * but a row that was read once can be in an answer a million times: projects of a tenant of a project, and so on.
 */
export function meterFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      // Both dialects' types are constants: another schema may have metered them.
      if (!field.resolve || METERED.has(field.resolve)) continue;
      field.resolve = metered(field.resolve, isCompositeType(getNamedType(field.type)));
      METERED.add(field.resolve);
    }
  }
  return schema;
}

const metered =
  (resolve: Resolver, isComposite: boolean): Resolver =>
  (source, args, context, info) => {
    const { budget } = context;
    if (budget.isOver) return budget.never;
    budget.drawValues(isComposite ? COMPOSITE_VALUES : 1);
    const value = resolve(source, args, context, info);
    if (!isComposite) return value;
    return value instanceof Promise ? value.then(budget.pace.deliver) : budget.pace.deliver(value);
  };

/** Resolves the fields that have no resolver of their own. */
export const meteredFieldResolver: Resolver = (source, args, context, info) => {
  const { budget } = context;
  if (budget.isOver) return budget.never;
  budget.drawValues(1);
  return defaultFieldResolver(source, args, context, info);
};
