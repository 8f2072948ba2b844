import { isRefusal, kindOf } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { unique } from '../moments.ts';
import type { FlowRunInput } from '../values.ts';

const make = async (lab: Lab, fields: Partial<FlowRunInput> = {}) => {
  const flowId = fields.flowId ?? (await lab.flow()).id;
  return (await lab.api.createFlowRun({ ...fields, flowId })).run;
};

export const createLimitsCases: ConformanceCase[] = [
  {
    id: 'A16',
    title: 'the parameters of a flow run may have 524,288 bytes of JSON',
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
    title: 'labels keep their types and are inherited from the flow',
    run: async (lab) => {
      const flow = await lab.flow({ labels: { team: 'red', x: 9 } });
      const run = await make(lab, { flowId: flow.id, labels: { x: 1, y: true, z: 1.5, s: 'q' } });
      lab.equal(
        (await lab.api.readFlowRun(run.id)).labels,
        {
          team: 'red',
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
    title: 'a label of the user overrides the one of the system',
    run: async (lab) =>
      lab.equal(
        (await lab.api.readFlowRun((await make(lab, { labels: { 'prefect.flow.id': 'mine' } })).id)).labels,
        { 'prefect.flow.id': 'mine' },
        'labels',
      ),
  },
  {
    id: 'A22',
    title: 'the retries and the retry delay of a policy are stored',
    run: async (lab) => {
      const run = await make(lab, {
        policy: lab.pick(false, true) ? { retries: 3, retryDelay: 7 } : { maxRetries: 3, retryDelaySeconds: 7 },
      });
      const after = await lab.api.readFlowRun(run.id);
      lab.equal([after.policy?.retries, after.policy?.retryDelay], [3, 7], 'policy');
    },
  },
  {
    id: 'A24',
    title: 'a flow run in a work pool without a queue is in its default queue',
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
    title: 'a name of 5,000 characters is stored or rejected',
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
    title: 'an empty idempotency key may be sent twice',
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
