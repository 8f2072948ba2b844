import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { inSeconds, unique, uuid } from '../moments.ts';
import type { FlowRunInput } from '../values.ts';

const make = async (lab: Lab, fields: Partial<FlowRunInput> = {}) => {
  const flowId = fields.flowId ?? (await lab.flow()).id;
  return (await lab.api.createFlowRun({ ...fields, flowId })).run;
};

export const createFlowRunsCases: ConformanceCase[] = [
  {
    id: 'A02',
    title: 'a flow run with a missing, empty or null name gets a generated one',
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
    title: 'a flow run created in COMPLETED has started and ended',
    run: async (lab) => {
      const run = await make(lab, { state: { type: 'COMPLETED' } });
      lab.equal([run.stateType, run.runCount, run.totalRunTime], ['COMPLETED', 0, 0], 'run');
      lab.sameTime(run.startTime, run.state.timestamp, 'start');
      lab.sameTime(run.endTime, run.state.timestamp, 'end');
    },
  },
  {
    id: 'A06',
    title: 'a flow run created in SCHEDULED has its scheduled time',
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
    title: 'creating a flow run of an unknown flow is rejected',
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
    title: 'creating a flow run with an unknown field is rejected',
    run: async (lab) => {
      const flowId = (await lab.flow()).id;
      await make(lab, { flowId });
      await lab.refuses('validation', () => make(lab, { flowId, extra: { colour: 'red' } }));
    },
  },
  {
    id: 'A12',
    title: 'state types are case-sensitive',
    run: async (lab) => {
      const flowId = (await lab.flow()).id;
      for (const type of ['running', 'BOGUS', ''])
        await lab.refuses('validation', () => make(lab, { flowId, state: { type } }), JSON.stringify(type));
      lab.equal((await make(lab, { flowId, state: { type: 'CRASHED' } })).stateType, 'CRASHED', 'control');
    },
  },
  {
    id: 'A14',
    title: 'the same idempotency key on another flow creates another flow run',
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
];
