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
];
