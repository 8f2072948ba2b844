import { expect, test } from 'vitest';
import { inAnyOrder } from '../support/expectations.ts';
import { document, query } from '../support/prefect1Client.ts';
import { servePrefect1 } from '../support/prefect1Server.ts';
import type { Part } from '../support/serializedFlows.ts';
import { createFlow, newProject, readFlow, startRun } from '../support/world.ts';

servePrefect1();

interface Named {
  name: string;
}
const FLOWS = document<{ flow: { id: string }[] }>('query($where: flow_bool_exp) { flow(where: $where) { id name } }');
const namesOf = (rows: Named[]) => rows.map(({ name }) => name).sort();

/** Creates flows with these names and descriptions in a new project. */
async function flowsNamed<Name extends string>(...names: Name[]) {
  const project = await newProject();
  const ids = new Map<Name, string>();
  for (const name of names) ids.set(name, await createFlow({ project, flow: { name }, description: name }));
  return { project, ids: [...ids.values()], idOf: (name: Name) => ids.get(name) ?? '' };
}

test('columns of every type can be compared by every operator', async () => {
  const project = await newProject();
  const f1 = await createFlow({ project, flow: { name: 'a' } }); // version 1, archived by the next
  const f2 = await createFlow({ project, flow: { name: 'a' } });
  const f3 = await createFlow({ project, flow: { name: 'b' }, description: 'd' });
  const [low = '', mid = '', high = ''] = [f1, f2, f3].sort();
  const { created } = await readFlow(f2);
  const all = [f1, f2, f3];
  const rows: [Part, string[]][] = [
    [{ id: { _eq: f1 } }, [f1]],
    [{ id: { _neq: f1 } }, [f2, f3]],
    [{ id: { _in: [f1, f3] } }, [f1, f3]],
    [{ id: { _in: [] } }, []],
    [{ id: { _nin: [f1, f3] } }, [f2]],
    [{ id: { _nin: [] } }, all],
    [{ id: { _gt: low } }, [mid, high]],
    [{ id: { _gte: mid } }, [mid, high]],
    [{ id: { _lt: mid } }, [low]],
    [{ id: { _lte: mid } }, [low, mid]],
    [{ id: { _is_null: false } }, all],
    [{ id: { _is_null: true } }, []],
    [{ name: { _eq: 'a' } }, [f1, f2]],
    [{ name: { _neq: 'a' } }, [f3]],
    [{ name: { _in: ['b', 'c'] } }, [f3]],
    [{ name: { _nin: ['b'] } }, [f1, f2]],
    [{ name: { _gt: 'a' } }, [f3]],
    [{ name: { _gte: 'a' } }, all],
    [{ name: { _lt: 'b' } }, [f1, f2]],
    [{ name: { _lte: 'a' } }, [f1, f2]],
    [{ description: { _is_null: true } }, [f1, f2]],
    [{ description: { _is_null: false } }, [f3]],
    [{ description: { _neq: 'other' } }, [f3]],
    [{ description: { _nin: ['other'] } }, [f3]],
    [{ description: { _nin: [] } }, all],
    [{ created: { _eq: created } }, [f2]],
    [{ created: { _neq: created } }, [f1, f3]],
    [{ created: { _gt: created } }, [f3]],
    [{ created: { _gte: created } }, [f2, f3]],
    [{ created: { _lt: created } }, [f1]],
    [{ created: { _lte: created } }, [f1, f2]],
    [{ created: { _in: [created] } }, [f2]],
    [{ created: { _nin: [created] } }, [f1, f3]],
    [{ created: { _gt: '2000-01-01' } }, all],
    [{ created: { _is_null: true } }, []],
    [{ version: { _eq: 1 } }, [f1, f3]],
    [{ version: { _neq: 1 } }, [f2]],
    [{ version: { _in: [2, 3] } }, [f2]],
    [{ version: { _nin: [2] } }, [f1, f3]],
    [{ version: { _gt: 1 } }, [f2]],
    [{ version: { _gte: 2 } }, [f2]],
    [{ version: { _lt: 2 } }, [f1, f3]],
    [{ version: { _lte: 1 } }, [f1, f3]],
    [{ version: { _is_null: false } }, all],
    [{ archived: { _eq: true } }, [f1]],
    [{ archived: { _neq: true } }, [f2, f3]],
    [{ archived: { _in: [true, false] } }, all],
    [{ archived: { _nin: [true] } }, [f2, f3]],
    [{ archived: { _gt: false } }, [f1]],
    [{ archived: { _lte: false } }, [f2, f3]],
    [{ archived: { _is_null: true } }, []],
    [{ version: { _gte: 1, _lt: 2 } }, [f1, f3]],
    [{ version: { _eq: 1 }, archived: { _eq: false } }, [f3]],
  ];
  for (const [condition, ids] of rows) {
    const { flow } = await query(FLOWS, { where: { _and: [{ project_id: { _eq: project } }, condition] } });
    expect(flow.map(({ id }) => id).sort(), JSON.stringify(condition)).toEqual(ids.sort());
  }
});

const OF_PROJECT = document<{ flow: Named[] }>(
  'query($project: uuid!, $name: String_comparison_exp!) { flow(where: { project_id: { _eq: $project }, name: $name }) { name } }',
);
const NAMES = ['abc', 'ABC', 'abd', 'b_c', 'b%c'] as const;
test.each([
  [{ _like: 'ab%' }, ['abc', 'abd']],
  [{ _like: 'ab_' }, ['abc', 'abd']],
  [{ _like: 'b\\_c' }, ['b_c']],
  [{ _nlike: 'ab%' }, ['ABC', 'b%c', 'b_c']],
  [{ _ilike: 'ab%' }, ['ABC', 'abc', 'abd']],
  [{ _nilike: 'AB%' }, ['b%c', 'b_c']],
  [{ _similar: 'ab(c|d)' }, ['abc', 'abd']],
  [{ _nsimilar: '[aA]%' }, ['b%c', 'b_c']],
  [{ _regex: '^ab[cd]$' }, ['abc', 'abd']],
  [{ _nregex: '^[a-z]+$' }, ['ABC', 'b%c', 'b_c']],
  [{ _iregex: '^abc$' }, ['ABC', 'abc']],
  [{ _niregex: '^a' }, ['b%c', 'b_c']],
])('texts are matched by %j', async (name, want) => {
  const { project } = await flowsNamed(...NAMES);
  expect(inAnyOrder(namesOf((await query(OF_PROJECT, { project, name })).flow))).toEqual(inAnyOrder(want));
});

interface Id {
  id: string;
}
const COLLAPSE = document<
  Record<'literal' | 'others' | 'omitted' | 'and_null' | 'nested', Id[]> &
    Record<'where_omitted' | 'where_null' | 'where_empty', { flows: Id[] }>
>(`query($project: uuid!, $flows: [uuid!], $id: uuid, $name: String, $where: flow_bool_exp) {
  literal: flow(where: { project_id: { _eq: $project }, id: { _eq: null } }) { id }
  others: flow(where: { project_id: { _eq: $project }, name: { _ilike: null }, version: { _gt: null }, created: { _in: null }, archived: { _is_null: null } }) { id }
  omitted: flow(where: { project_id: { _eq: $project }, id: { _eq: $id }, name: { _eq: $name } }) { id }
  and_null: flow(where: { _and: { project_id: { _eq: $project }, name: { _eq: null }, project: { name: { _eq: null } } } }) { id }
  where_omitted: project_by_pk(id: $project) { flows(where: $where) { id } }
  where_null: project_by_pk(id: $project) { flows(where: null) { id } }
  where_empty: project_by_pk(id: $project) { flows(where: {}) { id } }
  nested: flow_run(where: { flow_id: { _in: $flows }, flow: { project_id: { _eq: null } } }) { id }
}`);

test('a condition that is null matches every row', async () => {
  const { project, ids, idOf } = await flowsNamed('a', 'b', 'c');
  const runs = [await startRun(idOf('a')), await startRun(idOf('b'))];
  const idsOf = (rows: Id[]) => rows.map(({ id }) => id).sort();
  for (const rest of [{}, { id: null, name: null, where: null }]) {
    const got = await query(COLLAPSE, { project, flows: ids, ...rest });
    for (const alias of ['literal', 'others', 'omitted', 'and_null'] as const)
      expect(idsOf(got[alias]), alias).toEqual(ids.sort());
    for (const alias of ['where_omitted', 'where_null', 'where_empty'] as const)
      expect(idsOf(got[alias].flows), alias).toEqual(ids.sort());
    expect(idsOf(got.nested)).toEqual(runs.sort());
  }
});

const BOOLEANS = document<{ project_by_pk: Record<string, Named[]> }>(`query($project: uuid!) {
  project_by_pk(id: $project) {
    and_object: flows(where: { _and: { name: { _eq: "a" } } }) { name }
    and_list: flows(where: { _and: [{ name: { _gte: "b" } }, { name: { _lt: "c" } }] }) { name }
    and_empty: flows(where: { _and: [] }) { name }
    or_list: flows(where: { _or: [{ name: { _eq: "a" } }, { name: { _eq: "c" } }] }) { name }
    or_object: flows(where: { _or: { name: { _eq: "b" } } }) { name }
    or_empty: flows(where: { _or: [] }) { name }
    not_some: flows(where: { _not: { name: { _eq: "a" } } }) { name }
    not_empty: flows(where: { _not: {} }) { name }
    mixed: flows(where: { name: { _neq: "a" }, _or: [{ name: { _eq: "a" } }, { _not: { name: { _eq: "b" } } }] }) { name }
  }
}`);

test('conditions are joined by and, or and not', async () => {
  const { project } = await flowsNamed('a', 'b', 'c');
  const got = (await query(BOOLEANS, { project })).project_by_pk;
  expect(Object.fromEntries(Object.entries(got).map(([alias, rows]) => [alias, namesOf(rows).join('')]))).toEqual({
    and_object: 'a',
    and_list: 'b',
    and_empty: 'abc',
    or_list: 'ac',
    or_object: 'b',
    or_empty: '',
    not_some: 'bc',
    not_empty: '',
    mixed: 'c',
  });
});
