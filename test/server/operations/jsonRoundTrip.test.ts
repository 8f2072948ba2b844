import fc from 'fast-check';
import { getNamedType, isInputObjectType } from 'graphql';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { DEFAULT_TENANT_ID } from '../../../src/core/values/viewer.ts';
import { oneSchema } from '../../../src/server/operations/oneSchema.ts';
import { type Serving, serving } from '../serving.ts';
import { JSON_INPUTS, type JsonInput, WITHOUT_NUMBERS } from './jsonInputs.ts';

// For random JSON in every field that takes JSON: what is read is what was sent, through every transport.

const JSON_SCALARS = ['JSON', 'JSONObject', 'Labels', 'StringMap', 'TaskInputs', 'jsonb'];

test('every input field that takes JSON has a case', () => {
  const inputs = Object.values(oneSchema({ prefect1: true }).getTypeMap()).filter(isInputObjectType);
  const places = inputs
    // Conditions on JSON are not stored. They have tests of their own.
    .filter(({ name }) => name !== 'jsonb_comparison_exp')
    .flatMap((input) =>
      Object.values(input.getFields()).flatMap(({ name, type }) =>
        JSON_SCALARS.includes(getNamedType(type).name) ? [`${input.name}.${name}`] : [],
      ),
    );
  expect(places.sort()).toEqual([...Object.keys(JSON_INPUTS), ...WITHOUT_NUMBERS].sort());
});

/** A JSON text. Its literal in a GraphQL document is null if a key is no name. */
interface Sent {
  json: string;
  literal: string | null;
}

const NASTY = [
  ...[
    '1234567890123456789',
    '9007199254740993',
    '-9007199254740993',
    '18446744073709551616',
    '1.0',
    '-1.0',
    '0.0',
    '-0.0',
  ],
  ...['1e+23', '1E300', '1e16', '1e-07', '5e-324', '1.7976931348623157e+308', '0.1', '1.10', '-2.50'],
  ...[
    '12345678901234567890.125',
    '0.30000000000000004',
    '100000000000000000000000',
    '0',
    '-0',
    '1',
    '2.5',
    `1${'0'.repeat(400)}`,
  ],
];
const pythonFloat = (float: number) => (/[.e]/.test(String(float)) ? String(float) : `${float}.0`);
const number = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.bigInt().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(pythonFloat),
);
const text = fc.oneof(
  fc.constantFrom('', '1.0', '1234567890123456789', '": 1.0,', '\\', '\\"1.0', 'NaN', '\u2028', '🦆'),
  fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', '')),
);
const NAMES = ['__proto__', 'constructor', 'toJSON', 'text', 'length', 'type', 'fault', 'value', 'a', 'b1'];
const key = fc.oneof(fc.constantFrom(...NAMES, '1', '1.0', '', '$type'), text);

const leaf = fc.oneof(
  number.map((digits): Sent => ({ json: digits, literal: digits })),
  text.map((any): Sent => ({ json: JSON.stringify(any), literal: JSON.stringify(any) })),
  fc.constantFrom('true', 'false').map((word): Sent => ({ json: word, literal: word })),
);
const list = (items: Sent[]): Sent => ({
  json: `[${items.map(({ json }) => json).join(', ')}]`,
  literal: items.some(({ literal }) => literal === null) ? null : `[${items.map(({ literal }) => literal).join()}]`,
});
const object = (members: [string, Sent][]): Sent => ({
  json: `{${members.map(([name, { json }]) => `${JSON.stringify(name)}:${json}`).join(',')}}`,
  literal: members.some(([name, { literal }]) => literal === null || !/^[_a-z]\w*$/i.test(name))
    ? null
    : `{${members.map(([name, { literal }]) => `${name}: ${literal}`).join()}}`,
});
const members = (value: fc.Arbitrary<Sent>) =>
  fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 4, minLength: 1 });
const { any } = fc.letrec<{ any: Sent }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.constant<Sent>({ json: 'null', literal: 'null' }),
    fc.array(tie('any'), { maxLength: 4 }).map(list),
    members(tie('any')).map(object),
  ),
}));
const DOCUMENTS: { [Takes in JsonInput['takes']]: fc.Arbitrary<Sent> } = {
  any: any.filter(({ json }) => json !== 'null'),
  object: members(any).map(object),
  labels: members(leaf)
    .filter((labels) => labels.every(([name]) => name !== ''))
    .map(object),
};

/** The JSON as Python reads it, for a comparison: integers and floats differ, the order of keys does not. */
function inPython(json: string): string {
  const marked = json.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? `["text",${token}]` : `["${numberInPython(token)}"]`,
  );
  // Keys are marked like texts: `["text","key"]:`.
  const parsed = JSON.parse(marked.replaceAll(/\["text",("(?:[^"\\]|\\.)*")\](?=\s*:)/g, '$1'));
  return JSON.stringify(parsed, (_, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
      : value,
  );
}
/** The members of an object from `inPython`. */
const membersOf = (json: string): string[] => JSON.parse(json).map((member: unknown) => JSON.stringify(member));
const numberInPython = (token: string) => (/[.eE]/.test(token) ? `float ${Number(token) + 0}` : `int ${BigInt(token)}`);

/** The text of the member `value`, wherever it is in the answer. */
function valueIn(answer: string): string {
  const start = answer.indexOf('"value":') + '"value":'.length;
  if (start < '"value":'.length) throw new Error(`No value in ${answer}`);
  for (let end = start + 1; end <= answer.length; end += 1)
    if (/[,}\]]/.test(answer[end] ?? '') && isJson(answer.slice(start, end))) return answer.slice(start, end);
  throw new Error(`No end in ${answer}`);
}
function isJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

let served: Serving;
let names: { [name: string]: string };
let socket: WebSocket;
beforeAll(async () => {
  served = await serving({ FLOWQL_LOG_LEVEL: 'error' });
  socket = new WebSocket(served.url.replace('http', 'ws'), 'graphql-transport-ws');
  await new Promise((opened) => socket.once('open', opened));
  socket.send('{"type":"connection_init"}');
  await new Promise((acknowledged) => socket.once('message', acknowledged));
  const flow = await idIn('mutation { createFlow(input: { name: "f" }) { flow { id } } }');
  const deployment = await idIn(`mutation { createDeployment(input: { flowId: "${flow}", name: "d",
    schedules: [{ schedule: { cron: "0 0 * * *" }, active: false }] }) { deployment { id } } }`);
  const project = await idIn(
    `mutation { create_project(input: { tenant_id: "${DEFAULT_TENANT_ID}", name: "p" }) { id } }`,
  );
  const serialized = (name: string) =>
    JSON.stringify(
      `{"name":"${name}","__version__":"1.4.1","tasks":[{"slug":"t","name":"t"}],"edges":[],"reference_tasks":[]}`,
    );
  const flow1 = await idIn(
    `mutation { create_flow(input: { project_id: "${project}", serialized_flow: ${serialized('flow')} }) { id } }`,
  );
  const run1 = await idIn(`mutation { create_flow_run(input: { flow_id: "${flow1}" }) { id } }`);
  names = {
    tenant: DEFAULT_TENANT_ID,
    flow,
    deployment,
    schedule: await idIn(`{ deployment(id: "${deployment}") { schedules { id } } }`),
    pool: await idIn('mutation { createWorkPool(input: { name: "w", type: "process" }) { workPool { id } } }'),
    run: await idIn(`mutation { createFlowRun(input: { flowId: "${flow}" }) { flowRun { id } } }`),
    project,
    flow1,
    run1,
    task1: await idIn(`{ task_run(where: { flow_run_id: { _eq: "${run1}" } }) { id } }`),
    group: await idIn(`{ flow(where: { id: { _eq: "${flow1}" } }) { flow_group { id } } }`),
    serialized: serialized('a third flow'),
  };
});
afterAll(async () => {
  socket.terminate();
  await served.close();
});

const posted = async (query: string, variables = '{}', accept = 'application/json') => {
  const headers = { 'content-type': 'application/json', accept };
  const body = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
  const answer = await (await fetch(served.url, { method: 'POST', headers, body })).text();
  if (answer.includes('"errors":'))
    throw new Error(`${query}\n${variables}\n${answer}\n${JSON.stringify(served.logged.slice(-3))}`);
  return answer;
};
const idIn = async (query: string, variables?: string) => idOf(await posted(query, variables));
const idOf = (answer: string) => /"id":"([^"]+)"/.exec(answer)?.[1] ?? '';

async function overSocket(query: string, variables = '{}'): Promise<string> {
  const id = v7();
  const result = new Promise<string>((resolve) => {
    const take = (data: WebSocket.RawData) => {
      if (!String(data).includes(`"id":"${id}"`)) return;
      socket.off('message', take);
      resolve(String(data));
    };
    socket.on('message', take);
  });
  socket.send(
    `{"id":"${id}","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":${variables}}}`,
  );
  const answer = await result;
  if (answer.includes('"errors":') || answer.includes('"type":"error"')) throw new Error(`${query}\n${answer}`);
  return answer.slice(answer.indexOf('"payload":'));
}

const READ = {
  POST: posted,
  GET: async (query: string) => (await fetch(`${served.url}?query=${encodeURIComponent(query)}`)).text(),
  'an event stream': (query: string) => posted(query, '{}', 'text/event-stream'),
  'a socket': overSocket,
};
const WRITE = {
  POST: posted,
  'variables as text': (query: string, variables: string) => posted(query, JSON.stringify(variables)),
  'a socket': overSocket,
};
type Ways = [write: keyof typeof WRITE | 'a literal', read: keyof typeof READ];
const ways = fc.tuple(
  fc.constantFrom<Ways[0]>('POST', 'variables as text', 'a socket', 'a literal'),
  fc.constantFrom<Ways[1]>('POST', 'GET', 'an event stream', 'a socket'),
);

/** Runs what must be before the mutation, and returns the function that inserts names into documents. */
async function prepared(place: string, input: JsonInput) {
  const known: { [name: string]: string } = { ...names, name: `n${v7()}` };
  const filled = (query: string) =>
    query.replaceAll(
      /\$(\w+)/g,
      (whole, name) => (name === 'serialized' ? known[name] : known[name] && JSON.stringify(known[name])) ?? whole,
    );
  if (input.before) known.fresh = await idIn(`mutation { ${filled(input.before)} }`);
  if (place === 'ResumeFlowRunInput.runInput')
    await posted(
      filled(
        'mutation { createFlowRunInput(input: { flowRunId: $fresh, key: "schema", value: "{}" }) { input { id } } }',
      ),
    );
  return { known, filled };
}

async function roundTrip(place: string, input: JsonInput, sent: Sent, [write, read]: Ways): Promise<string> {
  const { known, filled } = await prepared(place, input);
  const { within = (json: string) => json } = input;
  const json = within(sent.json);
  const isPrefect1 = place.includes('_input.');
  const literal = isPrefect1 ? JSON.stringify(json) : input.within ? null : sent.literal;
  const written =
    write === 'a literal' && literal !== null
      ? await posted(`mutation { ${filled(input.write).replace('$v', () => literal)} }`)
      : await WRITE[write === 'a literal' ? 'POST' : write](
          `mutation ($v: ${input.type}) { ${filled(input.write)} }`,
          `{"v": ${json}}`,
        );
  known.made = idOf(written);
  const value = valueIn(await READ[read](`{ ${filled(input.read)} }`));
  return input.isText ? JSON.parse(value) : value;
}

describe('what is read is what was sent', () => {
  test.each(Object.entries(JSON_INPUTS))('%s', async (place, input) => {
    const property = fc.asyncProperty(DOCUMENTS[input.takes], ways, async (sent, way) => {
      const whole = (input.isWhole && input.within?.(sent.json)) || sent.json;
      const [given, read] = [inPython(whole), inPython(await roundTrip(place, input, sent, way))];
      if (input.isMerged)
        expect(read.slice(1, -1)).toSatisfy((all: string) => membersOf(given).every((one) => all.includes(one)));
      else expect(read).toBe(given);
    });
    await fc.assert(property, { numRuns: 8 });
  });
});

/** The first event of a subscription. */
const FOLLOW = {
  'an event stream': async (query: string) => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const response = await fetch(served.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const decoder = new TextDecoder();
    let text = '';
    // The cast: Node's web streams can be iterated, but the types of the web's cannot.
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const event = text
        .split('\n')
        .find((line, index, lines) => line.startsWith('data: {') && index < lines.length - 1);
      if (event !== undefined) return event;
    }
    throw new Error(text);
  },
  'a socket': (query: string) => overSocket(query),
};

test.each(Object.entries(FOLLOW))('an event over %s has the data that was sent', async (_, follow) => {
  const property = fc.asyncProperty(DOCUMENTS.object, async ({ json }) => {
    const create = `mutation ($v: JSON) {
      createFlowRun(input: { flowId: "${names.flow}", state: { type: SCHEDULED, data: $v } }) { flowRun { id } } }`;
    const id = await idIn(create, `{"v": ${json}}`);
    const events = `subscription { flowRunStates(flowRunId: "${id}", from: BEGINNING) { state { value: data } } }`;
    expect(inPython(valueIn(await follow(events)))).toBe(inPython(json));
  });
  await fc.assert(property, { numRuns: 8 });
});

const IMPOSSIBLE = ['NaN', '-Infinity', '1e400', '9'.repeat(5_000), '"\\u0000"', '"\\ud800"'];

describe('what cannot be kept is refused', () => {
  // A client resends a batch of log lines that is rejected, with all later lines.
  const refusing = Object.entries(JSON_INPUTS).filter(([place]) => place !== 'write_run_log_input.info');
  test.each(refusing)('%s', async (place, input) => {
    const { filled } = await prepared(place, input);
    const { within = (json: string) => json } = input;
    for (const value of IMPOSSIBLE) {
      const query = `mutation ($v: ${input.type}) { ${filled(input.write)} }`;
      const answer = posted(query, JSON.stringify(`{"v": ${within(`{"key":${value}}`)}}`));
      expect(await answer.catch(String), value).toContain('"code":"BAD_USER_INPUT"');
    }
  });
});

test('what cannot be kept in a log line is repaired', async () => {
  const query = `mutation ($v: JSON) { write_run_logs(input: { logs: [
    { flow_run_id: "${names.run1}", message: "odd", info: $v }] }) { success } }`;
  await posted(query, JSON.stringify(String.raw`{"v": {"a": [NaN, 1.0, "x\u0000y"], "b": 1e400}}`));
  const log = await posted('{ log(where: { message: { _eq: "odd" } }) { value: info } }');
  expect(valueIn(log)).toBe(`{"a":["NaN",1.0,"xy"],"b":"1${'0'.repeat(99)}"}`);
});
