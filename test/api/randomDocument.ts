import { type GraphQLField, type GraphQLObjectType, getNamedType, isEnumType, isLeafType, isObjectType } from 'graphql';
import { planOf } from '../../src/api/plans/objectPlan.ts';
import { schema } from '../../src/api/schema.ts';
import { formatInstant } from '../../src/core/values/instant.ts';
import type { random } from '../support/random.ts';
import { NOON } from '../support/rows.ts';
import { TAGS } from '../support/rowsOfEveryKind.ts';

// Random documents of fields that read plans know, with aliases, fragments, conditions, arguments and variables.

type Dice = ReturnType<typeof random>;
type Field = GraphQLField<unknown, unknown>;

/** What a document can refer to. */
export interface Known {
  /** By the name of the root field. */
  ids: { readonly [root: string]: readonly string[] };
  /** By the name of the root list and its sort. */
  cursors: { readonly [list: string]: readonly string[] };
}

export const BY_ID = { flowById: 'Flow', flowRun: 'FlowRun', taskRun: 'TaskRun', deployment: 'Deployment' } as const;
export const LISTS = ['flows', 'flowRuns', 'taskRuns', 'deployments', 'logs'] as const;

const FILTERS = [
  '{}',
  '{ name: { contains: "a" } }',
  '{ name: { notIn: ["alpha", "100%"] } }',
  `{ created: { after: "${formatInstant(NOON)}" } }`,
  '{ or: [{ name: { startsWith: ["A"] } }, { not: { name: { in: ["alpha"] } } }] }',
];
const TAG_FILTERS = [
  ...FILTERS,
  `{ tags: { hasAny: [${TAGS.map((tag) => JSON.stringify(tag)).join()}] } }`,
  '{ tags: { hasAll: ["red"] } }',
];
const RUN_FILTERS = [
  ...TAG_FILTERS,
  '{ stateType: { in: [RUNNING, FAILED, COMPLETED] } }',
  '{ stateType: { in: [RUNNING] }, name: { notIn: [] } }',
  '{ startTime: { isNull: true } }',
];
const FILTERS_OF: { readonly [input: string]: readonly string[] } = {
  FlowFilter: TAG_FILTERS,
  DeploymentFilter: [...TAG_FILTERS, '{ flow: { name: { contains: "a" } } }'],
  FlowRunFilter: [...RUN_FILTERS, '{ deployment: { paused: { is: true } } }', '{ flow: { tags: { isEmpty: false } } }'],
  TaskRunFilter: [...RUN_FILTERS, '{ flowRun: { stateType: { in: [RUNNING, PENDING] } } }'],
  LogFilter: ['{}', '{ level: { gte: 20 } }', '{ level: { in: [10, 30] } }'],
};

export function randomDocument(dice: Dice, known: Known, depth = 4): { document: string; variables: object } {
  const fragments: string[] = [];
  let aliases = 0;

  function selection(type: GraphQLObjectType, levels: number): string {
    const fields = Object.values(type.getFields()).filter((field) => planOf(field) !== null);
    const leaves = fields.filter(({ type: of }) => isLeafType(getNamedType(of)));
    const others = levels > 0 ? fields.filter(({ type: of }) => !isLeafType(getNamedType(of))) : [];
    const chosen = [...dice.some(leaves), ...dice.some(others)];
    const texts = chosen.map((field) => fieldText(field, levels));
    if (dice.below(4) === 0 || texts.length === 0) texts.push('__typename');
    // The same field twice: graphql merges them.
    const [twice] = chosen;
    if (twice && isLeafType(getNamedType(twice.type)) && dice.below(3) === 0)
      texts.push(`${alias()}: ${twice.name} ${twice.name}`);
    return `{ ${wrapped(type, texts)} }`;
  }

  function wrapped(type: GraphQLObjectType, texts: string[]): string {
    const half = Math.ceil(texts.length / 2);
    const [first, second] = [texts.slice(0, half).join(' '), texts.slice(half).join(' ')];
    if (second === '') return first;
    switch (dice.below(6)) {
      case 0:
        return `... on ${type.name} { ${first} } ${second}`;
      case 1: {
        fragments.push(`fragment F${fragments.length} on ${type.name} { ${second} }`);
        return `${first} ...F${fragments.length - 1}`;
      }
      case 2:
        return `... @include(if: $yes) { ${first} } ... @skip(if: $yes) { ${second} } a0: __typename @skip(if: true)`;
      case 3:
        return type.getInterfaces().some(({ name }) => name === 'Node')
          ? `... on Node { id } ${first} ${second}`
          : texts.join(' ');
      default:
        return texts.join(' ');
    }
  }

  const alias = () => {
    aliases += 1;
    return `a${aliases}`;
  };

  function fieldText(field: Field, levels: number): string {
    const type = getNamedType(field.type);
    const named = dice.below(3) === 0 ? `${alias()}: ${field.name}` : field.name;
    const given = field.args.length > 0 && !isLeafType(type) ? argumentsText(field, levels) : '';
    return `${named}${given}${isObjectType(type) ? ` ${inner(type, levels)}` : ''}`;
  }

  function inner(type: GraphQLObjectType, levels: number): string {
    if (!type.name.endsWith('Connection')) return selection(type, levels - 1);
    const node = nodeOf(type);
    const parts = dice.some([
      () => `nodes ${selection(node, levels - 1)}`,
      () => `edges { cursor node ${selection(node, levels - 1)} }`,
      () => 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }',
      () => 'pageInfo { hasNextPage __typename }',
      () => 'totalCount',
      () => '__typename',
    ]);
    return `{ ${parts.length > 0 ? parts.map((part) => part()).join(' ') : 'totalCount'} }`;
  }

  function argumentsText(field: Field, levels: number): string {
    const parts: string[] = [];
    const filter = field.args.find(({ name }) => name === 'filter');
    const sort = field.args.find(({ name }) => name === 'sort');
    const filters = filter && FILTERS_OF[getNamedType(filter.type).name];
    if (filters && dice.below(2) === 0) parts.push(`filter: ${dice.one(filters)}`);
    const sortType = sort && getNamedType(sort.type);
    const chosen = isEnumType(sortType) ? dice.one(sortType.getValues()).name : '';
    if (chosen !== '' && dice.below(2) === 0) parts.push(`sort: ${chosen}`);
    const cursors = known.cursors[`${field.name} ${parts.includes(`sort: ${chosen}`) ? chosen : ''}`] ?? [];
    const place = levels === depth && cursors.length > 0 && dice.below(2) === 0 ? `"${dice.one(cursors)}"` : null;
    const size = dice.one(['$size', '2', '5', '0']);
    const page = dice.one([
      `first: ${size}${place ? `, after: ${place}` : ''}`,
      `last: ${size}${place ? `, before: ${place}` : ''}`,
      '',
    ]);
    if (page !== '') parts.push(page);
    return parts.length > 0 ? `(${parts.join(', ')})` : '(first: 3)';
  }

  const query = schema.getQueryType() as GraphQLObjectType; // the schema has queries
  const roots = dice.some([...LISTS]).map((name) => fieldText(query.getFields()[name] as Field, depth));
  for (const [name] of Object.entries(BY_ID)) {
    if (dice.below(2) === 0) continue;
    const field = query.getFields()[name] as Field; // BY_ID lists fields of the schema
    const type = getNamedType(field.type) as GraphQLObjectType;
    roots.push(`${name}(id: "${dice.one(known.ids[name] ?? [])}") ${selection(type, depth - 1)}`);
  }
  for (const name of dice.some(['flowRunCount', 'taskRunCount']))
    roots.push(`${name}${dice.below(2) === 0 ? `(filter: ${dice.one(RUN_FILTERS)})` : ''}`);
  if (roots.length === 0 || dice.below(5) === 0) roots.push('__typename');
  const body = `{ ${roots.join(' ')} } ${fragments.join(' ')}`;
  const declared = ['$yes: Boolean!', '$size: Int = 1'].filter((one) => body.includes(one.slice(0, one.indexOf(':'))));
  const document = `query ${declared.length > 0 ? `(${declared.join(', ')})` : ''} ${body}`;
  return { document, variables: { yes: dice.one([true, false]), ...(dice.below(2) === 0 && { size: dice.below(4) }) } };
}

function nodeOf(connection: GraphQLObjectType): GraphQLObjectType {
  const nodes = connection.getFields().nodes as Field; // every connection has it
  return getNamedType(nodes.type) as GraphQLObjectType; // objects
}
