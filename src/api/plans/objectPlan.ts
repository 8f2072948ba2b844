import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { isJsonObject } from '../../core/values/jsonObject.ts';
import type { TextRow } from '../../store/connection/database.ts';
import type { Level } from '../../store/plans/level.ts';
import { PLAN_TABLES, type PlanTable, type PlanTableName } from '../../store/plans/planTables.ts';
import { columnValue } from '../../store/plans/readLevel.ts';
import type { FieldPlan } from '../building/plannedField.ts';
import { type Collecting, collectedFields } from './collectedFields.ts';
import { leafText, valueText } from './leafText.ts';
import type { Field, PlanRun, Write } from './planRun.ts';
import { Unplanned } from './unplanned.ts';

/** The rows of one object type in a level: its own, or those that are joined to them. */
export interface Scope {
  level: Level;
  owner: string;
  table: PlanTableName;
}

/** Plans a list of children, and returns what writes a page of it. */
export type PlanChildren = (field: Field, nodes: readonly FieldNode[], list: string, scope: Scope) => Write;

/** Plans an object, as `planObject` does. */
export type PlanObject = (type: GraphQLObjectType, sets: readonly SelectionSetNode[], scope: Scope) => Write;

/** An object or a list counts as several values, as in the executor (server/operations/meteredFields.ts). */
export const COMPOSITE_VALUES = 5;

/**
 * Returns a function that plans the objects of an operation: it asks the level for the columns of their fields, and returns
 * what makes JSON of a row. Throws `Unplanned` for a field that plans do not know.
 */
export function objectPlans(collecting: Collecting, planChildren: PlanChildren): PlanObject {
  const planObject: PlanObject = (type, sets, scope) => {
    const fields = collectedFields(collecting, type, sets);
    let values = 0;
    const members = [...fields].map(([name, nodes]): [string, Write] => {
      const node = nodes[0] as FieldNode; // a field has a node
      if (node.name.value === '__typename') return [name, constant(type.name)];
      const field = type.getFields()[node.name.value];
      if (!field) throw new Unplanned(node.name.value);
      values += isLeafType(getNamedType(field.type)) ? 1 : COMPOSITE_VALUES;
      return [name, planField(field, nodes, scope)];
    });
    return written(members, values);
  };

  function planField(field: Field, nodes: readonly FieldNode[], scope: Scope): Write {
    const { level, owner } = scope;
    const table = PLAN_TABLES[scope.table];
    const plan = planOf(field);
    if (plan === null) throw new Unplanned(field.name);
    if ('children' in plan) return planChildren(field, nodes, plan.children, scope);
    if ('one' in plan) return planOne(field, nodes, plan.one, scope);
    if ('computedFrom' in plan) return computed(field, plan.computedFrom, scope, table);
    if (!('column' in plan) || !(plan.column in table.types)) throw new Unplanned(field.name);
    const place = level.column(owner, plan.column);
    if (isObjectType(getNamedType(field.type))) return objectColumn(field, nodes, place, table.objects[plan.column]);
    const text = leafText(field.type, sqlTypeOf(table, plan.column));
    return (row) => text(row[place] ?? null);
  }

  function planOne(field: Field, nodes: readonly FieldNode[], relation: string, { level, owner, table }: Scope): Write {
    const one = PLAN_TABLES[table].ones[relation];
    const type = getNamedType(field.type);
    if (!one || !isObjectType(type) || isNonNullType(field.type)) throw new Unplanned(field.name);
    const joined = level.join(owner, one.by, one.to);
    if (level.isTooLarge) throw new Unplanned('too many relations');
    const id = level.column(joined, 'id');
    const write = planObject(type, setsOf(nodes), { level, owner: joined, table: one.to });
    return (row, run) => (row[id] === null ? 'null' : write(row, run));
  }

  /** A column with a JSON object, of which each field exposes a property. */
  function objectColumn(
    field: Field,
    nodes: readonly FieldNode[],
    place: number,
    completed: PlanTable['objects'][string] | undefined,
  ): Write {
    const type = getNamedType(field.type);
    if (!isObjectType(type) || !completed) throw new Unplanned(field.name);
    const members = [...collectedFields(collecting, type, setsOf(nodes))].map(([name, [node]]) => {
      const head = `${JSON.stringify(name)}:`;
      const typeName = JSON.stringify(type.name);
      if (node?.name.value === '__typename') return { head, text: () => typeName };
      const property = node && type.getFields()[node.name.value];
      const plan = property ? planOf(property) : null;
      if (!property || !plan || !('column' in plan)) throw new Unplanned(field.name);
      return { head, text: (object: { [key: string]: unknown }) => valueText(property.type, object[plan.column]) };
    });
    return (row, run) => {
      const json = columnValue('jsonb', row[place]);
      if (!isJsonObject(json as never)) throw new Unplanned(field.name);
      const object = completed(json as never) as { [key: string]: unknown }; // checked by the line above
      run.wrote(members.length);
      return `{${members.map(({ head, text }) => head + text(object)).join(',')}}`;
    };
  }

  return planObject;
}

export const setsOf = (nodes: readonly FieldNode[]): SelectionSetNode[] =>
  nodes.flatMap(({ selectionSet }) => selectionSet ?? []);

/** How a plan gets the field. A field that exposes a property is the column of that name. */
export function planOf({ extensions }: Field): FieldPlan | null {
  const { plan, pothosExposedField } = extensions as { plan?: FieldPlan; pothosExposedField?: string };
  return plan ?? (pothosExposedField === undefined ? null : { column: pothosExposedField });
}

const sqlTypeOf = ({ types }: PlanTable, field: string): string => types[field]?.sql ?? 'text';

function computed(field: Field, names: readonly string[], { level, owner }: Scope, table: PlanTable): Write {
  const columns = names.map((name) => ({ name, sql: sqlTypeOf(table, name), place: level.column(owner, name) }));
  const { pothosOriginalResolve } = field.extensions as { pothosOriginalResolve?: Field['resolve'] };
  if (!pothosOriginalResolve) throw new Unplanned(field.name);
  const info = {} as GraphQLResolveInfo; // a field that is computed from its row does not look at it
  return (row: TextRow, { context }: PlanRun) => {
    const read = columns.map(({ name, sql, place }) => [name, columnValue(sql, row[place])]);
    return valueText(field.type, pothosOriginalResolve(Object.fromEntries(read), {}, context, info));
  };
}

const constant = (text: string): Write => {
  const json = JSON.stringify(text);
  return () => json;
};

/** Returns what writes an object with these members. */
export function written(members: readonly [name: string, write: Write][], values: number): Write {
  const writes = members.map(([, write]) => write);
  const heads = members.map(([name], place) => `${place === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  if (members.length === 0) return () => '{}';
  return (row, run) => {
    run.wrote(values);
    let text = '';
    for (let place = 0; place < writes.length; place += 1) text += heads[place] + (writes[place] as Write)(row, run); // as many
    return `${text}}`;
  };
}
