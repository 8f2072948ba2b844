import { isRefusal, kindOf } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { inSeconds, unique, uuid } from '../moments.ts';
import type { FlowRunInput } from '../values.ts';

const make = async (lab: Lab, fields: Partial<FlowRunInput> = {}) => {
  const flowId = fields.flowId ?? (await lab.flow()).id;
  return (await lab.api.createFlowRun({ ...fields, flowId })).run;
};

export const createCases: ConformanceCase[] = [
  {
    id: 'A02',
    title: 'a missing, empty or null name is generated',
    run: async (lab) => {
      const names = [];
      const flowId = (await lab.flow()).id;
      for (const fields of [{}, { name: '' }, { name: null }]) {
        const run = await make(lab, { flowId, ...fields });
        lab.holds(typeof run.name === 'string' && run.name.length > 2, 'a name', run.name);
        names.push(run.name);
      }
      lab.equal((await make(lab, { flowId, name: 'given' })).name, 'given', 'a given name');
      lab.holds(new Set(names).size > 1, 'names differ', names);
    },
  },
  {
    id: 'A04',
    title: 'create in COMPLETED',
    run: async (lab) => {
      const run = await make(lab, { state: { type: 'COMPLETED' } });
      lab.equal([run.stateType, run.runCount, run.totalRunTime], ['COMPLETED', 0, 0], 'run');
      lab.sameTime(run.startTime, run.state.timestamp, 'start');
      lab.sameTime(run.endTime, run.state.timestamp, 'end');
    },
  },
  {
    id: 'A06',
    title: 'create in SCHEDULED at T',
    run: async (lab) => {
      const time = inSeconds(500);
      const run = await make(lab, { state: { type: 'SCHEDULED', details: { scheduledTime: time } } });
      lab.sameTime(run.expectedStartTime, time, 'expected');
      lab.sameTime(run.nextScheduledStartTime, time, 'next');
      lab.sameTime(run.state.details.scheduledTime, time, 'scheduled');
    },
  },
  {
    id: 'A08',
    title: 'an unknown flow is refused',
    run: async (lab) => {
      const name = unique('ghost');
      await lab.refuses(lab.pick('conflict', ['conflict', 'not_found', 'validation']), () =>
        make(lab, { flowId: uuid(), name }),
      );
      lab.equal(await lab.api.countFlowRuns({ filter: { flowRuns: { name: { any: [name] } } } }), 0, 'nothing created');
    },
  },
  {
    id: 'A10',
    title: 'an unknown field is refused',
    run: async (lab) => {
      const flowId = (await lab.flow()).id;
      await make(lab, { flowId });
      await lab.refuses('validation', () => make(lab, { flowId, extra: { colour: 'red' } }));
    },
  },
  {
    id: 'A12',
    title: 'state types are exact',
    run: async (lab) => {
      const flowId = (await lab.flow()).id;
      for (const type of ['running', 'BOGUS', ''])
        await lab.refuses('validation', () => make(lab, { flowId, state: { type } }), JSON.stringify(type));
      lab.equal((await make(lab, { flowId, state: { type: 'CRASHED' } })).stateType, 'CRASHED', 'control');
    },
  },
  {
    id: 'A14',
    title: 'the same key on another flow is another run',
    run: async (lab) => {
      const key = unique('key');
      const first = await make(lab, { idempotencyKey: key });
      const second = await make(lab, { idempotencyKey: key });
      lab.holds(first.id !== second.id, 'two runs', [first.id, second.id]);
      lab.holds(first.flowId !== second.flowId, 'two flows', [first.flowId, second.flowId]);
      for (const run of [first, second])
        lab.equal(
          (await lab.api.filterFlowRuns({ filter: { flows: { id: { any: [run.flowId] } } } })).map((other) => [
            other.id,
            other.idempotencyKey,
          ]),
          [[run.id, key]],
          'stored',
        );
    },
  },
  {
    id: 'A16',
    title: 'parameters are bounded at 524,288 bytes of JSON',
    run: async (lab) => {
      const flowId = (await lab.flow()).id;
      const of = (count: number) => ({ a: 'x'.repeat(count - 8) }); // {"a":"…"} is 8 bytes more
      await lab.refuses('validation', () => make(lab, { flowId, parameters: of(524289) }), 'too many', /524,?288/);
      const run = await make(lab, { flowId, parameters: of(524288) });
      lab.equal(String(run.parameters.a).length, 524280, 'the largest is accepted');
    },
  },
  {
    id: 'A18',
    title: 'labels keep their types and are inherited',
    run: async (lab) => {
      const flow = await lab.flow({ labels: { team: 'red', x: 9 } });
      const run = await make(lab, { flowId: flow.id, labels: { x: 1, y: true, z: 1.5, s: 'q' } });
      lab.equal(
        (await lab.api.readFlowRun(run.id)).labels,
        {
          ...(lab.api.features.has('noFlowLabels') ? {} : { team: 'red' }),
          'prefect.flow.id': flow.id,
          x: 1,
          y: true,
          z: 1.5,
          s: 'q',
        },
        'labels',
      );
    },
  },
  {
    id: 'A20',
    title: 'a user label wins over the system one',
    run: async (lab) =>
      lab.equal(
        (await lab.api.readFlowRun((await make(lab, { labels: { 'prefect.flow.id': 'mine' } })).id)).labels,
        { 'prefect.flow.id': 'mine' },
        'labels',
      ),
  },
  {
    id: 'A22',
    title: 'retries and delay of the policy',
    run: async (lab) => {
      const run = await make(lab, {
        policy: lab.api.features.has('noOldPolicy')
          ? { retries: 3, retryDelay: 7 }
          : { maxRetries: 3, retryDelaySeconds: 7 },
      });
      const after = await lab.api.readFlowRun(run.id);
      lab.equal([after.policy?.retries, after.policy?.retryDelay], [3, 7], 'policy');
    },
  },
  {
    id: 'A24',
    title: 'a pool without a queue gives its default queue',
    run: async (lab) => {
      lab.needs('workPools');
      const pool = await lab.api.createWorkPool({ name: unique('pool') });
      const after = await lab.api.readFlowRun((await make(lab, { workPoolName: pool.name })).id);
      lab.equal(
        [after.workPoolId, after.workPoolName, after.workQueueId, after.workQueueName],
        [pool.id, pool.name, pool.defaultQueueId, pool.defaultQueueName],
        'pool and queue',
      );
      lab.holds(after.workQueueId, 'queue id');
    },
  },
  {
    id: 'A26',
    title: 'a name of 5,000 characters',
    run: async (lab) => {
      const flowId = (await lab.flow()).id;
      const name = 'n'.repeat(5000);
      const attempt = () => make(lab, { flowId, name });
      // FlowQL bounds strings: it may refuse, clearly
      try {
        const run = await attempt();
        lab.equal((await lab.api.readFlowRun(run.id)).name, name, 'kept');
      } catch (error) {
        if (lab.pick(true, !isRefusal(error))) throw error;
        const one = await make(lab, { flowId, name: 'n'.repeat(200) });
        lab.equal((await lab.api.readFlowRun(one.id)).name.length, 200, '200 characters');
      }
    },
  },
  {
    id: 'A28',
    title: 'an empty idempotency key twice (section 9, 28)',
    run: async (lab) => {
      const flowId = (await lab.flow()).id;
      const attempt = () => make(lab, { flowId, idempotencyKey: '' });
      const first = await attempt();
      if (lab.pick(true, false)) {
        await lab.refuses('conflict', attempt, 'Prefect 3');
        return;
      }
      try {
        const second = await attempt();
        lab.holds(second.id, 'absent (two runs) or a key (the first run): no conflict', second);
      } catch (error) {
        if (kindOf(error) !== 'validation') throw error;
      }
      lab.holds(
        (await lab.api.filterFlowRuns({ filter: { flows: { id: { any: [flowId] } } } })).some(
          (run) => run.id === first.id && run.flowId === flowId,
        ),
        'the first is there',
        first.id,
      );
    },
  },
];
