import { getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../../src/api/schema.ts';
import { PROBLEM_CODES } from '../../../src/core/values/problem.ts';
import { statement } from '../../../src/store/connection/database.ts';
import { newRun, post, type Serving, serving } from '../serving.ts';
import { argumentsWith, type Hostile, leastArguments, places, type Samples, sentJson } from './hostileValues.ts';

// Every argument and input field of the schema gets hostile values. Each request must end in a valid answer or in an error
// with a code, and a request that ends in an error must write nothing.

let served: Serving;
let samples: Samples;
beforeAll(async () => {
  served = await serving({ FLOWQL_LOG_LEVEL: 'error' });
  const flowRunId = await newRun(served.url);
  const answer = await post<{ flowRun: { flowId: string }; made: { taskRun: { id: string } } }>(served.url, {
    query: `mutation ($id: ID!) {
      made: createTaskRun(input: { flowRunId: $id, taskKey: "task", dynamicKey: "0" }) { taskRun { id } }
    }`,
    variables: { id: flowRunId },
  });
  const query = 'query ($id: ID!) { flowRun(id: $id) { flowId } }';
  const { body } = await post<{ flowRun: { flowId: string } }>(served.url, { query, variables: { id: flowRunId } });
  const taskRunId = answer.body.data.made.taskRun.id;
  samples = { flowRunId, taskRunId, flowId: body.data.flowRun.flowId, id: flowRunId, key: 'a-key', ids: [flowRunId] };
  // Bulk mutations must match no run.
  samples.filter = { id: { in: ['01900000-0000-7000-8000-00000000dead'] } };
  Object.assign(samples, await surroundings(body.data.flowRun.flowId));
});
afterAll(() => served.close());

/** Creates a deployment, a work pool, a worker and a limit. */
async function surroundings(flowId: string): Promise<Samples> {
  const query = `mutation ($flowId: ID!) {
    deployment: createDeployment(input: { flowId: $flowId, name: "d", schedules: [{ schedule: { cron: "0 0 * * *" } }] }) {
      deployment { id schedules { id } }
    }
    pool: createWorkPool(input: { name: "pool", type: "process" }) { workPool { id } }
    queue: createWorkQueue(input: { workPoolName: "pool", name: "queue" }) { workQueue { id } }
    worker: workerHeartbeat(input: { workPoolName: "pool", name: "worker" }) { worker { id } }
    limit: createConcurrencyLimit(input: { tag: "a-tag", limit: 1 }) { created }
  }`;
  interface Made {
    deployment: { deployment: { id: string; schedules: { id: string }[] } };
    pool: { workPool: { id: string } };
    queue: { workQueue: { id: string } };
    worker: { worker: { id: string } };
  }
  const { data } = (await post<Made>(served.url, { query, variables: { flowId } })).body;
  return {
    deploymentId: data.deployment.deployment.id,
    deploymentScheduleId: data.deployment.deployment.schedules[0]?.id,
    schedule: { cron: '0 0 * * *' },
    workPoolId: data.pool.workPool.id,
    workPoolName: 'pool',
    workQueueId: data.queue.workQueue.id,
    workerId: data.worker.worker.id,
    tag: 'a-tag',
  };
}

const TABLES = statement(
  'test.tables',
  "select table_name as name from information_schema.tables where table_schema = 'public'",
);

/** Returns a digest of all rows of all tables. */
async function contents(): Promise<string> {
  const { database } = served.test;
  const tables = await database.query<{ name: string }>(TABLES);
  const digests = tables.map(
    ({ name }) => `select '${name}' || md5(string_agg(x::text, ',' order by x::text)) as digest from ${name} x`,
  );
  const rows = await database.query<{ digest: string }>(statement('test.contents', digests.join(' union all ')));
  return rows
    .map(({ digest }) => digest)
    .sort()
    .join();
}

const EXPECTED = Object.keys(PROBLEM_CODES).filter(
  (code) => code !== 'INTERNAL_SERVER_ERROR' && code !== 'UNAVAILABLE',
);

/** Places that accept a value rejected elsewhere: log lines are cleaned, and inputs may be large. */
const WELCOME = [
  /^writeLogs logs\.0\.(name|message): (a NUL|half a character)$/,
  /^createFlowRunInput input\.value: a million/,
];

/** Fields that need more than their required arguments. */
const NEEDS_MORE: { [operationAndField: string]: string[] } = {
  'subscription taskRunStates': ['BAD_USER_INPUT'],
  'subscription logs': ['BAD_USER_INPUT'],
  'subscription bulkJobProgress': ['NOT_FOUND'],
  'subscription scheduledTaskRuns': ['BAD_USER_INPUT'],
  'query concurrencyLimit': ['BAD_USER_INPUT'],
  'mutation renewConcurrencyLease': ['NOT_FOUND'],
};

interface Case {
  operation: 'query' | 'mutation' | 'subscription';
  field: string;
}
const roots = {
  query: schema.getQueryType(),
  mutation: schema.getMutationType(),
  subscription: schema.getSubscriptionType(),
};
/** Mutations that delete what the others need. */
const LAST = [
  'deleteConcurrencyLimit',
  'deleteWorker',
  'deleteWorkQueue',
  'deleteWorkPool',
  'deleteDeploymentSchedule',
  'updateDeployment',
  'deleteDeployment',
  'deleteTaskRun',
  'deleteFlowRun',
];
const cases: Case[] = Object.entries(roots)
  .flatMap(([operation, type]) =>
    Object.keys(type?.getFields() ?? {}).map((field) => ({ operation: operation as Case['operation'], field })),
  )
  .sort((a, b) => LAST.indexOf(a.field) - LAST.indexOf(b.field));

const fieldOf = ({ operation, field }: Case) => {
  const found = roots[operation]?.getFields()[field];
  if (!found) throw new Error(`there is no ${field}`);
  return found;
};

function documentOf({ operation, field }: Case): string {
  const { args, type } = fieldOf({ operation, field });
  const named = getNamedType(type);
  const isBatch = isObjectType(named) && 'rejected' in named.getFields();
  const variables = args.map(({ name, type: kind }) => `$${name}: ${kind}`).join(', ');
  const values = args.map(({ name }) => `${name}: $${name}`).join(', ');
  const selection = isBatch
    ? '{ rejected { code } }'
    : isObjectType(named) || 'getFields' in named
      ? '{ __typename }'
      : '';
  return `${operation} ${variables && `(${variables})`} { ${field} ${values && `(${values})`} ${selection} }`;
}

interface Outcome {
  codes: string[];
}

/** Sends an operation. For a subscription, the outcome is its first event, if it starts with one. */
async function send(asked: Case, variables: object): Promise<Outcome> {
  const accept = asked.operation === 'subscription' ? 'text/event-stream' : 'application/json';
  const response = await fetch(served.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: sentJson({ query: documentOf(asked), variables }),
  });
  const json = asked.operation === 'subscription' ? await firstEvent(response) : await response.text();
  const { data, errors = [] } = JSON.parse(json);
  const rejected: { code: string }[] = data?.[asked.field]?.rejected ?? [];
  return {
    codes: [
      ...errors.map((error: { extensions: { code: string } }) => error.extensions.code),
      ...rejected.map(({ code }) => code),
    ],
  };
}

/** Reads until the first event or, because an error is sent before, until the second comment that keeps the stream alive. */
async function firstEvent({ body }: Response): Promise<string> {
  let text = '';
  // The cast: Node's web streams can be iterated, but the types of the web's cannot.
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    const event = /data: (.*)\n/.exec(text)?.[1];
    if (event) return event;
    if (text.split('\n').filter((line) => line === ':').length > 1) break;
  }
  return '{}';
}

describe.each(cases)('$operation $field', (asked) => {
  const name = `${asked.operation} ${asked.field}`;

  test(`${name} accepts valid arguments`, async () => {
    const { codes } = await send(asked, leastArguments(fieldOf(asked).args, samples));
    expect(codes).toEqual(NEEDS_MORE[`${asked.operation} ${asked.field}`] ?? []);
  });

  test(`${name} rejects hostile arguments and writes nothing`, async () => {
    const { args } = fieldOf(asked);
    const faults: string[] = [];
    const writes = asked.operation === 'mutation';
    let before = writes ? await contents() : '';
    for (const place of places(args)) {
      // Filters get hostile values in queries only. Here, the rows they match would be deleted.
      if (writes && place.path[1] === 'filter') continue;
      for (const hostile of place.hostile) {
        const what = `${asked.field} ${place.path.join('.')}: ${hostile.name}`;
        const { codes } = await send(asked, argumentsWith(args, place, hostile.value, samples));
        const after = writes ? await contents() : '';
        if (codes.length > 0 && after !== before)
          faults.push(`${what} is refused (${codes}) and something was written`);
        for (const code of codes) if (!EXPECTED.includes(code)) faults.push(`${what} is ${code}`);
        if (codes.length === 0 && mustBeRefused(asked, what, hostile)) faults.push(`${what} is taken`);
        before = after;
      }
    }
    expect(faults).toEqual([]);
  });
});

/** Only mutations must reject a value: queries may contain any valid one. */
const mustBeRefused = ({ operation }: Case, name: string, { mayPass }: Hostile) =>
  operation === 'mutation' && !mayPass && !WELCOME.some((welcome) => welcome.test(name));

test('after all hostile requests the server answers and has logged no error', async () => {
  expect((await post(served.url, { query: '{ __typename }' })).status).toBe(200);
  expect(served.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});
