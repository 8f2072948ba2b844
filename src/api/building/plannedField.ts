import type { PlanTableName, ROOT_LISTS } from '../../store/plans/planTables.ts';

/**
 * How a read plan gets the value of a field (api/plans). A field that only exposes a property needs none: the plan reads the
 * column of that name.
 */
export type FieldPlan =
  /** A column, which the resolver passes on. */
  | { column: string }
  /** The resolver computes the value from these fields of the row. */
  | { computedFrom: readonly string[] }
  /** The row that a relation of the table names. */
  | { one: string }
  /** A page of a list of the table. */
  | { children: string }
  /** The row with the id in the argument `id`. */
  | { byId: PlanTableName }
  /** A page of a list that has no parents. */
  | { list: keyof typeof ROOT_LISTS }
  /** The length of such a list. */
  | { countOf: keyof typeof ROOT_LISTS };

/** The `extensions` of a field that read plans can read. Documents that select any other field are executed by graphql. */
export const planned = (plan: FieldPlan): { plan: FieldPlan } => ({ plan });
