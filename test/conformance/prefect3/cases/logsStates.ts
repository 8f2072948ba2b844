import { kindOf } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { LogFilter } from '../filters.ts';
import type { Lab } from '../lab.ts';
import { iso, uuid } from '../moments.ts';
import type { Log } from '../values.ts';

const START = Date.now() - 100_000;
const log = (flowRunId: string, index: number, more: Partial<Pick<Log, 'message' | 'name'>> = {}) => ({
  name: 'prefect.flow',
  level: 20,
  message: `line ${index}`,
  timestamp: iso(START + index * 1000),
  flowRunId,
  ...more,
});
const of = (lab: Lab, run: { id: string }, filter: LogFilter = {}) =>
  lab.api.filterLogs({ filter: { flowRunId: { any: [run.id] }, ...filter }, sort: 'TIMESTAMP_ASC' });
const lines = (list: Log[]) => list.map((fields) => fields.message);

export const logsStatesCases: ConformanceCase[] = [
  {
    id: 'N02',
    title: 'NUL is removed from log lines',
    run: async (lab) => {
      const run = await lab.run();
      await lab.api.writeLogs([log(run.id, 1, { message: 'a\u0000b', name: 'n\u0000m' })]);
      const list = await of(lab, run);
      lab.equal([list[0]?.message, list[0]?.name], ['ab', 'nm'], 'log');
    },
  },
  {
    id: 'N04',
    title: 'log lines can be searched by text',
    run: async (lab) => {
      lab.needs('logTextSearch');
      const run = await lab.run();
      const text = (query: string) => of(lab, run, { text: { query } }).then(lines);
      await lab.api.writeLogs(
        ['One apple', 'two apples mad', 'three alpha beta', 'alpha only', 'has two words here'].map((message, index) =>
          log(run.id, index, { message, name: index === 3 ? 'special.Logger' : 'plain' }),
        ),
      );
      lab.equal(await text('one -mad'), ['One apple'], 'either, without');
      lab.equal(await text('apple -mad'), ['One apple'], 'word without');
      lab.equal(await text('one three'), ['One apple', 'three alpha beta'], 'either');
      lab.equal(await text('+alpha +beta'), ['three alpha beta'], 'both');
      lab.equal(await text('"two words"'), ['has two words here'], 'phrase');
      lab.equal((await text('!apple')).length, 3, 'not');
      lab.equal((await text('  ')).length, 5, 'blank');
      lab.equal(await text('SPECIAL.logger'), ['alpha only'], 'logger, any case');
      await lab.refuses('validation', () => text('x'.repeat(201)), '201 characters');
      lab.equal((await text('x'.repeat(200))).length, 0, '200 characters');
    },
  },
  {
    id: 'N06',
    title: 'log lines can be downloaded as CSV',
    run: async (lab) => {
      const name = 'rün "1"';
      const run = await lab.run(undefined, { name });
      await lab.api.writeLogs([log(run.id, 2, { message: 'say "hi", you' }), log(run.id, 1, { message: 'first' })]);
      const details = await lab.api.downloadLogs(run.id);
      const rows = details.text.split('\r\n');
      lab.holds(/^text\/csv; ?charset=utf-8$/i.test(details.contentType), 'type', details.contentType);
      lab.equal(rows[0], 'timestamp,level,flow_run_id,task_run_id,message', 'header');
      lab.holds(rows[1]?.endsWith(`,20,${run.id},,first`), 'first line', rows[1]);
      lab.holds(rows[2]?.endsWith(`,20,${run.id},,"say ""hi"", you"`), 'quotes', rows[2]);
      lab.equal(rows.slice(3), [''], 'CRLF at the end');
      lab.holds(
        details.disposition?.includes(`filename*=UTF-8''${encodeURIComponent(`${name}-logs.csv`)}`),
        'file name',
        details.disposition,
      );
      const other = await lab.run();
      lab.equal(
        (await lab.api.downloadLogs(other.id)).text.trimEnd(),
        'timestamp,level,flow_run_id,task_run_id,message',
        'no logs',
      );
      await lab.refuses('not_found', () => lab.api.downloadLogs(uuid()), 'unknown');
    },
  },
  {
    id: 'N08',
    title: 'the states of a flow run are listed in order',
    run: async (lab) => {
      const run = await lab.run();
      for (const type of ['RUNNING', 'FAILED', 'RUNNING', 'COMPLETED']) await lab.api.setFlowRunState(run.id, { type });
      const states = await lab.api.flowRunStates(run.id);
      lab.equal(
        states.map((state) => state.type),
        ['PENDING', 'RUNNING', 'FAILED', 'RUNNING', 'COMPLETED'],
        'types',
      );
      lab.equal(
        states.map((proposed) => proposed.timestamp),
        states.map((one) => one.timestamp).sort(),
        'ascending',
      );
      try {
        lab.equal(await lab.api.flowRunStates(uuid()), [], 'unknown run');
      } catch (error) {
        if (lab.pick(true, kindOf(error) !== 'not_found')) throw error;
      }
      if (states[1]) {
        lab.equal((await lab.api.readFlowRunState(states[1].id)).type, 'RUNNING', 'by id');
        await lab.refuses('not_found', () => lab.api.readFlowRunState(uuid()), 'unknown state');
      }
    },
  },
  {
    id: 'N10',
    title: 'wildcards in a text search are ordinary characters',
    run: async (lab) => {
      lab.needs('logTextSearch');
      const run = await lab.run();
      await lab.api.writeLogs([log(run.id, 1, { message: 'abc' }), log(run.id, 2, { message: 'a%c' })]);
      lab.equal(lines(await of(lab, run, { text: { query: 'a%c' } })), ['a%c'], 'percent');
      lab.equal(lines(await of(lab, run, { text: { query: 'a_c' } })), [], 'underscore');
      lab.equal(lines(await of(lab, run, { text: { query: 'abc' } })), ['abc'], 'control');
    },
  },
];
