import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
let flowId: string;
let poolName: string;
beforeAll(async () => {
  api = await testApi();
  const create = 'mutation { createFlow(input: { name: "flow", labels: { of: "flow" } }) { flow { id } } }';
  flowId = (await api.run(create)).createFlow.flow.id;
  poolName = v7();
  const variables = {
    type: 'object',
    properties: { cpu: { type: 'number', default: 1 }, image: { type: 'string' } },
    required: ['cpu', 'image'],
  };
  const input = { name: poolName, type: 'docker', baseJobTemplate: { variables } };
  await mutate('createWorkPool', input, 'workPool { id }');
  await mutate('createWorkQueue', { workPoolName: poolName, name: 'urgent' }, 'workQueue { id }');
});
afterAll(() => api.close());

const inputType = (mutation: string) => `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
const document = (mutation: string, selection: string) =>
  `mutation ($input: ${inputType(mutation)}!) { made: ${mutation}(input: $input) { ${selection} } }`;
const mutate = async (mutation: string, input: object, selection: string) =>
  (await api.run(document(mutation, selection), { input })).made;
const refusal = (mutation: string, input: object) => api.refusal(document(mutation, '__typename'), { input });
const deploy = async (rest: object = {}, selection = 'id name') =>
  (await mutate('createDeployment', { flowId, name: v7(), ...rest }, `deployment { ${selection} }`)).deployment;
const RUN = 'id name stateType parameters tags labels jobVariables workQueueName workPoolName nextScheduledStartTime';
const run = async (deploymentId: string, rest: object = {}) =>
  (await mutate('createFlowRunFromDeployment', { deploymentId, ...rest }, `flowRun { ${RUN} }`)).flowRun;

const SCHEMA = { type: 'object', properties: { x: { type: 'integer' } }, required: ['x'], additionalProperties: false };

describe('a deployment', () => {
  test('a deployment is read as it was created', async () => {
    const content = {
      description: 'for the night',
      version: '1.2',
      paused: true,
      tags: ['a'],
      labels: { b: 1 },
      parameters: { x: 1 },
      parameterOpenapiSchema: SCHEMA,
      enforceParameterSchema: false,
      jobVariables: { cpu: 2 },
    };
    const selection = `${Object.keys(content).join(' ')} flow { name } workQueue { name workPool { name } }
      schedules { slug active maxScheduledRuns parameters deployment { name }
        schedule { intervalSeconds anchorDate cron dayOr rrule timezone } }`;
    const name = v7();
    const schedules = [
      { slug: 'c', schedule: { cron: '0 9 * * *', timezone: 'Europe/Berlin' }, maxScheduledRuns: 2 },
      { schedule: { intervalSeconds: 60, anchorDate: '2026-01-01T00:00:00Z' }, active: false },
      { schedule: { rrule: 'FREQ=DAILY' }, parameters: { y: 1 } },
    ];
    const input = { name, ...content, schedules, workPoolName: poolName, workQueueName: 'urgent' };
    const times = { intervalSeconds: null, anchorDate: null, cron: null, dayOr: null, rrule: null, timezone: null };
    const schedule = { slug: null, active: true, maxScheduledRuns: null, parameters: {}, deployment: { name } };
    const expected = {
      ...content,
      flow: { name: 'flow' },
      workQueue: { name: 'urgent', workPool: { name: poolName } },
      schedules: [
        {
          ...schedule,
          slug: 'c',
          maxScheduledRuns: 2,
          schedule: { ...times, cron: '0 9 * * *', dayOr: true, timezone: 'Europe/Berlin' },
        },
        {
          ...schedule,
          active: false,
          schedule: { ...times, intervalSeconds: 60, anchorDate: expect.any(String) },
        },
        { ...schedule, parameters: { y: 1 }, schedule: { ...times, rrule: 'FREQ=DAILY' } },
      ],
    };
    expect(await deploy(input, selection)).toEqual(expected);
    const query = `query ($name: String!) { deploymentByName(flowName: "flow", deploymentName: $name) { ${selection} } }`;
    expect((await api.run(query, { name })).deploymentByName).toEqual(expected);
  });

  test('a deployment and its runs are found in lists and through relations', async () => {
    const { id, name } = await deploy({ workPoolName: poolName, jobVariables: { image: 'i' } });
    await run(id, { name: 'one' });
    const query = `query ($name: String!, $flow: ID!) {
      deployments(filter: { name: { in: [$name] } }, sort: UPDATED_DESC) {
        totalCount nodes { name flowRuns { totalCount nodes { name deployment { name } } } }
      }
      flowById(id: $flow) { deployments(filter: { name: { in: [$name] } }) { totalCount nodes { name } } }
      none: deployments(filter: { name: { in: [$name] }, workQueueName: { in: ["urgent"] } }) { totalCount }
    }`;
    expect(await api.run(query, { name, flow: flowId })).toEqual({
      deployments: {
        totalCount: 1,
        nodes: [{ name, flowRuns: { totalCount: 1, nodes: [{ name: 'one', deployment: { name } }] } }],
      },
      flowById: { deployments: { totalCount: 1, nodes: [{ name }] } },
      none: { totalCount: 0 },
    });
  });

  test('creating a deployment again leaves it unchanged', async () => {
    const { id, name } = await deploy({ description: 'first' });
    const input = { flowId, name, description: 'second', schedules: [{ schedule: { cron: '0 0 * * *' } }] };
    const again = await mutate('createDeployment', input, 'created deployment { id description schedules { id } }');
    expect(again).toEqual({ created: false, deployment: { id, description: 'first', schedules: [] } });
  });

  test('updating a deployment changes the given fields and null clears a field', async () => {
    const { id } = await deploy({ description: 'a', version: '1', workPoolName: poolName, tags: ['t'] });
    const selection = 'deployment { description version tags workQueue { name } paused }';
    const first = { deploymentId: id, description: 'b', paused: true };
    expect((await mutate('updateDeployment', first, selection)).deployment).toEqual({
      description: 'b',
      version: '1',
      tags: ['t'],
      workQueue: { name: 'default' },
      paused: true,
    });
    const second = { deploymentId: id, description: null, version: null, workPoolName: null };
    expect((await mutate('updateDeployment', second, selection)).deployment).toEqual({
      description: null,
      version: null,
      tags: ['t'],
      workQueue: null,
      paused: true,
    });
  });

  test('a page of deployments with schedules and queues costs one statement per level', async () => {
    await Promise.all(Array.from({ length: 20 }, () => deploy({ workPoolName: poolName })));
    const names = await api.statements(() =>
      api.run('{ deployments { nodes { name schedules { id } workQueue { name workPool { name } } flow { name } } } }'),
    );
    expect(names).toHaveLength(5);
  });
});

describe('a run from a deployment', () => {
  test('a run from a deployment gets its fields and is scheduled for now', async () => {
    const { id } = await deploy({
      tags: ['a', 'b'],
      labels: { of: 'deployment', x: 1 },
      parameters: { x: 1, y: 1 },
      paused: true,
    });
    const made = await run(id, { tags: ['b', 'c'], labels: { x: 2 }, parameters: { y: 2 }, jobVariables: { z: 1 } });
    expect(made).toMatchObject({
      stateType: 'SCHEDULED',
      tags: ['a', 'b', 'c'],
      labels: { of: 'deployment', x: 2, 'prefect.flow.id': flowId, 'prefect.deployment.id': id },
      parameters: { x: 1, y: 2 },
      jobVariables: { z: 1 },
      workQueueName: null,
      workPoolName: null,
      nextScheduledStartTime: expect.any(String),
    });
  });

  test('a run from a deployment waits in its queue or in another queue of the pool', async () => {
    const { id } = await deploy({ workPoolName: poolName, jobVariables: { image: 'i' } });
    expect(await run(id)).toMatchObject({ workPoolName: poolName, workQueueName: 'default' });
    expect(await run(id, { workQueueName: 'urgent' })).toMatchObject({ workQueueName: 'urgent' });
  });

  test('a run from a deployment may have its own name and state and is created once per key', async () => {
    const { id } = await deploy();
    const input = { name: 'n', state: { type: 'PENDING' }, idempotencyKey: v7() };
    const made = await run(id, input);
    expect(made).toMatchObject({ name: 'n', stateType: 'PENDING' });
    expect((await run(id, input)).id).toBe(made.id);
  });

  test('a run from a deployment has its marked parameters parsed', async () => {
    const { id } = await deploy({ parameterOpenapiSchema: SCHEMA });
    const parameters = { x: { __prefect_kind: 'json', value: '7' } };
    expect((await run(id, { parameters })).parameters).toEqual({ x: 7 });
  });

  test('parameters of a run need not fit the schema if it is not enforced', async () => {
    const { id } = await deploy({ parameterOpenapiSchema: SCHEMA });
    expect((await run(id, { parameters: { x: 'a' }, enforceParameterSchema: false })).parameters).toEqual({ x: 'a' });
  });
});

test.each([
  ['2026-01-15T09:00:00', '2026-01-15T14:00:00.000000Z'],
  ['2026-07-15', '2026-07-15T04:00:00.000000Z'],
  ['2026-01-15T09:00:00+01:00', '2026-01-15T08:00:00.000000Z'],
  ['2026-01-15T09:00:00Z', '2026-01-15T09:00:00.000000Z'],
])('the anchor date %s in New York is %s', async (anchorDate, expected) => {
  const schedule = { intervalSeconds: 86_400, anchorDate, timezone: 'America/New_York' };
  const { schedules } = await deploy({ schedules: [{ schedule }] }, 'schedules { schedule { anchorDate } }');
  expect(schedules).toEqual([{ schedule: { anchorDate: expected } }]);
});

test('a deployment whose flow takes a tuple checks its items', async () => {
  // As pydantic 1 writes it.
  const z = { position: 0, type: 'array', minItems: 2, maxItems: 2, items: [{ type: 'integer' }, { type: 'string' }] };
  const { id } = await deploy({ parameterOpenapiSchema: { type: 'object', required: ['z'], properties: { z } } });
  expect(await run(id, { parameters: { z: [1, 'a'] } })).toMatchObject({ parameters: { z: [1, 'a'] } });
  const { message } = await refusal('createFlowRunFromDeployment', { deploymentId: id, parameters: { z: ['a', 1] } });
  expect(message).toContain("Validation failed for field 'z[1]'. Failure reason: 1 is not of type 'string'");
});

test('an update of a deployment replaces marked values in its parameters', async () => {
  const { id } = await deploy({ parameterOpenapiSchema: SCHEMA });
  const marked = (value: string) => ({ deploymentId: id, parameters: { x: { __prefect_kind: 'json', value } } });
  const updated = await mutate('updateDeployment', marked('2'), 'deployment { parameters }');
  expect(updated.deployment.parameters).toEqual({ x: 2 });
  const { message } = await refusal('updateDeployment', marked('{'));
  expect(message).toContain('Error hydrating deployment parameters: Invalid JSON');
});

describe('rejected requests about deployments', () => {
  const ids = { strict: '', pooled: '', schedule: '' };
  beforeAll(async () => {
    ids.strict = (await deploy({ parameterOpenapiSchema: SCHEMA })).id;
    const schedules = [{ slug: 's', schedule: { cron: '0 0 * * *' } }, { schedule: { cron: '0 0 * * *' } }];
    const pooled = await deploy({ workPoolName: poolName, schedules }, 'id schedules { id }');
    [ids.pooled, ids.schedule] = [pooled.id, pooled.schedules[1].id];
  });
  const UNKNOWN = v7();
  const named = (rest: object) => () => ({ flowId, name: v7(), ...rest });
  const cron = { cron: '0 0 * * *' };

  test.each<[string, string, () => object, string, RegExp]>([
    ['an unknown flow', 'createDeployment', () => ({ flowId: UNKNOWN, name: 'x' }), 'REFERENCE_NOT_FOUND', /Flow/],
    ['an unknown pool', 'createDeployment', named({ workPoolName: 'no' }), 'REFERENCE_NOT_FOUND', /"no" not found/],
    [
      'an unknown queue',
      'createDeployment',
      named({ workPoolName: 'x', workQueueName: 'no' }),
      'REFERENCE_NOT_FOUND',
      /not found/,
    ],
    ['a queue without a pool', 'createDeployment', named({ workQueueName: 'q' }), 'BAD_USER_INPUT', /workPoolName/],
    [
      'parameters that do not fit',
      'createDeployment',
      named({ parameterOpenapiSchema: SCHEMA, parameters: { x: 'a' } }),
      'BAD_USER_INPUT',
      /Error creating deployment: Validation failed for field 'x'/,
    ],
    [
      'an invalid schema',
      'createDeployment',
      named({ parameterOpenapiSchema: { type: 'colour' } }),
      'BAD_USER_INPUT',
      /Invalid schema/,
    ],
    [
      'job variables that do not fit',
      'createDeployment',
      () => ({ flowId, name: v7(), workPoolName: poolName, jobVariables: { cpu: 'x' } }),
      'BAD_USER_INPUT',
      /'cpu'/,
    ],
    [
      'a schedule of two kinds',
      'createDeployment',
      named({ schedules: [{ schedule: { ...cron, rrule: 'FREQ=DAILY' } }] }),
      'BAD_USER_INPUT',
      /schedules\[0\]\.schedule.*exactly one/,
    ],
    [
      'a slug twice',
      'createDeployment',
      named({ schedules: [1, 2].map(() => ({ slug: 's', schedule: cron })) }),
      'BAD_USER_INPUT',
      /slug/,
    ],
    [
      'too many schedules',
      'createDeployment',
      named({ schedules: Array.from({ length: 101 }, () => ({ schedule: cron })) }),
      'LIMIT_EXCEEDED',
      /100/,
    ],
    [
      'a schedule whose times take years to find',
      'createDeployment',
      named({ schedules: [{ schedule: { rrule: 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30' } }] }),
      'BAD_USER_INPUT',
      /no time in the future/,
    ],
    [
      'an unknown deployment',
      'updateDeployment',
      () => ({ deploymentId: UNKNOWN, paused: true }),
      'NOT_FOUND',
      /Deploy/,
    ],
    ['null for a list', 'updateDeployment', () => ({ deploymentId: ids.strict, tags: null }), 'BAD_USER_INPUT', /tags/],
    [
      'a change of parameters that do not fit',
      'updateDeployment',
      () => ({ deploymentId: ids.strict, parameters: { y: 1 } }),
      'BAD_USER_INPUT',
      /Error updating deployment/,
    ],
    [
      'a change of job variables that do not fit',
      'updateDeployment',
      () => ({ deploymentId: ids.pooled, jobVariables: { image: 1 } }),
      'BAD_USER_INPUT',
      /'image'/,
    ],
    [
      'the deletion of an unknown deployment',
      'deleteDeployment',
      () => ({ deploymentId: UNKNOWN }),
      'NOT_FOUND',
      /Deployment/,
    ],
    [
      'a schedule of an unknown deployment',
      'createDeploymentSchedule',
      () => ({ deploymentId: UNKNOWN, schedule: cron }),
      'NOT_FOUND',
      /Deployment/,
    ],
    [
      'a slug in use',
      'createDeploymentSchedule',
      () => ({ deploymentId: ids.pooled, slug: 's', schedule: cron }),
      'CONFLICT',
      /"s"/,
    ],
    [
      'a change to a slug in use',
      'updateDeploymentSchedule',
      () => ({ deploymentScheduleId: ids.schedule, slug: 's' }),
      'CONFLICT',
      /"s"/,
    ],
    [
      'a maximum of 0 runs',
      'updateDeploymentSchedule',
      () => ({ deploymentScheduleId: ids.schedule, maxScheduledRuns: 0 }),
      'BAD_USER_INPUT',
      /between 1 and 100/,
    ],
    [
      'an unknown schedule',
      'updateDeploymentSchedule',
      () => ({ deploymentScheduleId: UNKNOWN, active: true }),
      'NOT_FOUND',
      /schedule/,
    ],
    [
      'the deletion of an unknown schedule',
      'deleteDeploymentSchedule',
      () => ({ deploymentScheduleId: UNKNOWN }),
      'NOT_FOUND',
      /schedule/,
    ],
    [
      'a run from an unknown deployment',
      'createFlowRunFromDeployment',
      () => ({ deploymentId: UNKNOWN }),
      'NOT_FOUND',
      /Deployment/,
    ],
    [
      'a run with parameters that do not fit',
      'createFlowRunFromDeployment',
      () => ({ deploymentId: ids.strict, parameters: { x: 1.5 } }),
      'BAD_USER_INPUT',
      /Error creating flow run: Validation failed for field 'x'/,
    ],
    [
      'a run without a required parameter',
      'createFlowRunFromDeployment',
      () => ({ deploymentId: ids.strict }),
      'BAD_USER_INPUT',
      /'x' is a required property/,
    ],
    [
      'a run with malformed parameters',
      'createFlowRunFromDeployment',
      () => ({ deploymentId: ids.strict, parameters: { x: { __prefect_kind: 'json', value: '{' } } }),
      'BAD_USER_INPUT',
      /JSON/,
    ],
    [
      'a run without a required job variable',
      'createFlowRunFromDeployment',
      () => ({ deploymentId: ids.pooled }),
      'BAD_USER_INPUT',
      /'image' is a required property/,
    ],
    [
      'a run in an unknown queue',
      'createFlowRunFromDeployment',
      () => ({ deploymentId: ids.pooled, jobVariables: { image: 'i' }, workQueueName: 'no' }),
      'REFERENCE_NOT_FOUND',
      /'no'/,
    ],
    [
      'a run in a queue without a pool',
      'createFlowRunFromDeployment',
      () => ({ deploymentId: ids.strict, parameters: { x: 1 }, workQueueName: 'q' }),
      'FAILED_PRECONDITION',
      /no work pool/,
    ],
  ])('%s is rejected by %s', async (_, mutation, input, code, message) => {
    expect(await refusal(mutation, input())).toEqual({ code, message: expect.stringMatching(message) });
  });
});

test('a repeated update or deletion of a deployment has the same answer', async () => {
  const { id } = await deploy();
  const update = { deploymentId: id, paused: true, idempotencyKey: v7() };
  const updated = await mutate('updateDeployment', update, 'deployment { id paused }');
  expect(await mutate('updateDeployment', update, 'deployment { id paused }')).toEqual(updated);
  const input = { deploymentId: id, idempotencyKey: v7() };
  expect(await mutate('deleteDeployment', input, 'deploymentId')).toEqual({ deploymentId: id });
  expect(await mutate('deleteDeployment', input, 'deploymentId')).toEqual({ deploymentId: id });
});
