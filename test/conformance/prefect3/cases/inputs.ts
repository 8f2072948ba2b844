import { type Api, kindOf } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { uuid } from '../moments.ts';

const all = (lab: Lab, run: { id: string }) => lab.api.filterInputs(run.id, { prefix: '', limit: 50 });

export const inputsCases: ConformanceCase[] = [
  {
    id: 'M02',
    title: 'the key of an input is unique in its flow run',
    run: async (lab) => {
      const run = await lab.run();
      const other = await lab.run();
      await lab.api.createInput(run.id, { key: 'k', value: 'one' });
      await lab.refuses(
        'conflict',
        () => lab.api.createInput(run.id, { key: 'k', value: 'two' }),
        'twice',
        /already exists/i,
      );
      lab.equal(await lab.api.readInput(run.id, 'k'), 'one', 'unchanged');
      await lab.api.createInput(other.id, { key: 'k', value: 'other' });
      lab.equal(await lab.api.readInput(other.id, 'k'), 'other', 'another run');
    },
  },
  {
    id: 'M04',
    title: 'the key of an input consists of lower-case letters, digits and dashes',
    run: async (lab) => {
      const run = await lab.run();
      for (const key of ['My Key!', 'my_key', 'ä'])
        await lab.refuses(
          lab.pick(['internal', 'validation'], 'validation'),
          () => lab.api.createInput(run.id, { key, value: 'v' }),
          key,
        );
      await lab.api.createInput(run.id, { key: 'my-key-1', value: 'v' });
      for (const key of ['', 'x\n'])
        if (lab.pick(false, true))
          await lab.refuses('validation', () => lab.api.createInput(run.id, { key, value: 'v' }), JSON.stringify(key));
      lab.equal(
        (await all(lab, run)).map((one) => one.key),
        ['my-key-1'],
        'stored',
      );
    },
  },
  {
    id: 'M06',
    title: 'inputs are filtered by prefix',
    run: async (lab) => {
      const run = await lab.run();
      for (const key of ['b-2', 'b-1', 'b-3', 'c-1']) await lab.api.createInput(run.id, { key, value: key });
      const attempt = (fields: Parameters<Api['filterInputs']>[1]) => lab.api.filterInputs(run.id, fields);
      lab.equal(
        (await attempt({ prefix: 'b-', limit: 10 })).map((one) => one.key),
        ['b-2', 'b-1', 'b-3'],
        'in order of creation',
      );
      if (lab.pick(true, false))
        lab.equal(
          (await attempt({ prefix: 'b-' })).map((input) => input.key),
          ['b-2'],
          'default limit 1',
        );
      lab.equal(
        (await attempt({ prefix: 'b-', limit: 10, excludeKeys: ['b-1'] })).map((one) => one.key),
        ['b-2', 'b-3'],
        'exclude',
      );
      lab.equal((await attempt({ prefix: 'b-', limit: 2 })).length, 2, 'limit');
      try {
        lab.equal(await lab.api.filterInputs(uuid(), { prefix: '', limit: 10 }), [], 'unknown run');
      } catch (error) {
        if (lab.pick(true, kindOf(error) !== 'not_found')) throw error;
      }
    },
  },
  {
    id: 'M08',
    title: 'a negative limit and a NUL in an input are rejected',
    run: async (lab) => {
      const run = await lab.run();
      await lab.api.createInput(run.id, { key: 'k', value: 'v' });
      await lab.refuses(
        lab.pick(['unavailable', 'internal'], 'validation'),
        () => lab.api.filterInputs(run.id, { prefix: '', limit: -1 }),
        'limit -1',
      );
      const attempt = () => lab.api.createInput(run.id, { key: 'nul', value: 'a\u0000b' });
      if (lab.pick(true, false)) await lab.refuses(['unavailable', 'internal'], attempt, 'NUL');
      else
        try {
          await attempt();
          lab.equal(await lab.api.readInput(run.id, 'nul'), 'ab', 'stripped');
        } catch (error) {
          if (kindOf(error) !== 'validation') throw error;
        }
      lab.equal(await lab.api.readInput(run.id, 'k'), 'v', 'control');
    },
  },
];
