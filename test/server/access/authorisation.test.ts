import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_TENANT_ID, type Role } from '../../../src/core/values/viewer.ts';
import { oneSchema } from '../../../src/server/operations/oneSchema.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';
import { insertTenant } from '../../support/rows.ts';
import { call, idPaths, rootFields } from './everyField.ts';
import { FIELD_ROLES } from './fieldRoles.ts';
import { idsOfATenant } from './idsOfATenant.ts';

let t: TestEngine;
/** The ids of one object of each kind, of two tenants. */
let own: { [kind: string]: string };
let foreign: { [kind: string]: string };
let otherTenant: string;
beforeAll(async () => {
  t = await testEngine();
  otherTenant = await insertTenant(t.engine.database);
  own = await idsOfATenant(t, schema, DEFAULT_TENANT_ID);
  foreign = await idsOfATenant(t, schema, otherTenant);
});
afterAll(() => t.close());

const schema = oneSchema({ prefect1: true });
const FIELDS = rootFields(schema).map((field) => [field.name, field] as const);

const ROLES: readonly Role[] = ['READER', 'WRITER', 'ADMIN'];
const STATED = new Map<string, string>(
  Object.entries(FIELD_ROLES).flatMap(([operation, byRole]) =>
    Object.entries(byRole).flatMap(([role, names]) =>
      (names.match(/\S+/g) ?? []).map((name) => [`${operation} ${name}`, role] as const),
    ),
  ),
);

test('each root field has a stated role, and each stated field exists', () => {
  expect([...STATED.keys()].toSorted()).toEqual(FIELDS.map(([name]) => name).toSorted());
});

test.each(FIELDS)('%s is refused to keys below its role', async (name, field) => {
  const allowed: Role[] = [];
  for (const role of ROLES) {
    const viewer = { tenantId: DEFAULT_TENANT_ID, role };
    const { code } = await call(t, schema, field, { viewer, idAt: () => v7() });
    if (code !== 'FORBIDDEN') allowed.push(role);
  }
  expect([name, ROLES.find((role) => allowed.includes(role)) ?? 'NO_KEY']).toEqual([name, STATED.get(name)]);
  // A higher role may do what a lower one may.
  expect(allowed).toEqual(ROLES.slice(ROLES.length - allowed.length));
});

const WITH_IDS = FIELDS.filter(([, field]) => idPaths(field).length > 0);
const admin = { tenantId: DEFAULT_TENANT_ID, role: 'ADMIN' } as const;
/** Another object of the request is the client's own, so that the request fails on nothing else. */
const ownFor = (key: string) =>
  own[key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()).replace(/Ids?$/, '')] ?? own.flow ?? v7();

/** Here the client chooses the id of a new object. Whether it is taken cannot be hidden. */
const CHOSEN = ['mutation createTaskRun input.id'];

test.each(WITH_IDS)('%s does not tell an id of another tenant from an id that does not exist', async (name, field) => {
  for (const path of idPaths(field).filter((one) => !CHOSEN.includes(`${name} ${one.join('.')}`)))
    for (const optional of [null, 'changes', 'changes and ids'] as const) {
      const learntFrom = async (id: string) => {
        const idAt = (key: string, isOnPath: boolean) => (isOnPath ? id : ownFor(key));
        return (await call(t, schema, field, { viewer: admin, path, optional, idAt })).learnt;
      };
      const unknown = await learntFrom(v7());
      for (const [kind, id] of Object.entries(foreign))
        expect([path.join('.'), kind, await learntFrom(id)]).toEqual([path.join('.'), kind, unknown]);
    }
});

test('the other tenant still has everything', async () => {
  expect(Object.keys(foreign).length).toBeGreaterThan(12);
  expect(await idsThatExist()).toEqual(Object.values(foreign).toSorted());
});

// As a client of the other tenant, with a field that reads each kind of object by its id.
async function idsThatExist(): Promise<string[]> {
  const found: string[] = [];
  const byId = FIELDS.filter(([name]) => /_by_pk$|^query (node|bulkJob)$/.test(name));
  for (const [, field] of byId)
    for (const id of Object.values(foreign)) {
      const [path = []] = idPaths(field);
      const viewer = { tenantId: otherTenant, role: 'ADMIN' } as const;
      const { learnt } = await call(t, schema, field, { viewer, path, idAt: () => id });
      if (learnt.includes('__typename') && !found.includes(id)) found.push(id);
    }
  return found.toSorted();
}
