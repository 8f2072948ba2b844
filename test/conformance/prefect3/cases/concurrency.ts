import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { inSeconds, unique } from '../moments.ts';
import type { StateInput } from '../values.ts';

const state = () => ({ type: 'SCHEDULED', details: { scheduledTime: inSeconds(-1) } });
const set = (lab: Lab, run: Row, states: string | StateInput) =>
  lab.api.setFlowRunState(run.id, typeof states === 'string' ? { type: states } : states);
const slots = (lab: Lab, details: Row) => lab.api.deploymentActiveSlots(details.id);
const setTask = (lab: Lab, run: Row, states: string | StateInput) =>
  lab.api.setTaskRunState(run.id, typeof states === 'string' ? { type: states } : states);
const limited = (lab: Lab, count = 1, more: { collisionStrategy?: string } = {}) => {
  lab.needs('deploymentLimits');
  return lab.deployment({ concurrencyLimit: count, ...more });
};
const tagged = async (lab: Lab, tags: string[], flowRun: Row) =>
  lab.task({ type: 'PENDING' }, { tags, flowRun: flowRun });

interface Row {
  id: string;
}

export const concurrencyCases: ConformanceCase[] = [
  {
    id: 'H02',
    title: 'the strategy CANCEL_NEW cancels the second flow run',
    run: async (lab) => {
      const deployment = await limited(lab, 1, { collisionStrategy: 'CANCEL_NEW' });
      const first = await lab.run(state(), { dep: deployment });
      const second = await lab.run(state(), { dep: deployment });
      lab.accepted(await set(lab, first, 'PENDING'), { type: 'PENDING' });
      lab.rejected(await set(lab, second, 'PENDING'), {
        type: 'CANCELLED',
        message: 'Deployment concurrency limit reached.',
        reason: 'Deployment concurrency limit reached.',
      });
      lab.equal(await slots(lab, deployment), 1, 'slots');
    },
  },
  {
    id: 'H04',
    title: 'a deployment limit of 0 aborts',
    run: async (lab) => {
      const deployment = await limited(lab, 0);
      const run = await lab.run(state(), { dep: deployment });
      lab.aborted(await set(lab, run, 'PENDING'), {
        type: 'SCHEDULED',
        reason: 'The deployment concurrency limit is 0. The flow will deadlock if submitted again.',
      });
      lab.equal((await lab.api.readFlowRun(run.id)).stateType, 'SCHEDULED', 'stored');
    },
  },
  {
    id: 'H06',
    title: 'the lease id of a flow run is kept',
    run: async (lab) => {
      lab.needs('leaseIds', 'the adapter shows no lease ids');
      const deployment = await limited(lab, 1);
      const run = await lab.run(state(), { dep: deployment });
      const id = (await set(lab, run, 'PENDING')).state?.details.deploymentConcurrencyLeaseId;
      lab.holds(id, 'a lease id', id);
      for (const states of [
        { type: 'PENDING', name: 'Submitting' },
        { type: 'RUNNING', details: { deploymentConcurrencyLeaseId: null } },
      ])
        lab.equal((await set(lab, run, states)).state?.details.deploymentConcurrencyLeaseId, id, states.type);
    },
  },
  {
    id: 'H08',
    title: 'SCHEDULED -> RUNNING takes no slot',
    run: async (lab) => {
      const deployment = await limited(lab);
      const run = await lab.run(state(), { dep: deployment });
      lab.accepted(await set(lab, run, 'RUNNING'), { type: 'RUNNING' });
      lab.equal(await slots(lab, deployment), 0, 'slots');
      const other = await lab.run(state(), { dep: deployment });
      lab.accepted(await set(lab, other, 'PENDING'), { type: 'PENDING' });
      lab.equal(await slots(lab, deployment), 1, 'control');
    },
  },
  {
    id: 'H10',
    title: 'deleting a flow run releases its slot',
    run: async (lab) => {
      for (const [to, freed] of [
        ['PENDING', 1],
        ['RUNNING', 1],
        ['CANCELLING', 1],
        ['COMPLETED', 0],
        ['SCHEDULED', 0],
      ] as const) {
        const deployment = await limited(lab, 3);
        const keep = await lab.run(state(), { dep: deployment });
        const run = await lab.run(state(), { dep: deployment });
        await set(lab, keep, 'PENDING');
        await set(lab, run, 'PENDING');
        if (to !== 'PENDING') await set(lab, run, to === 'CANCELLING' ? 'RUNNING' : to);
        if (to === 'CANCELLING') await set(lab, run, to);
        const before = await slots(lab, deployment);
        lab.equal(before, freed ? 2 : 1, `${to}: before`);
        await lab.api.deleteFlowRun(run.id);
        lab.equal(await slots(lab, deployment), before - freed, `${to}: after`);
      }
    },
  },
  {
    id: 'H12',
    title: 'a tag limit of 1 lets one task run at a time',
    run: async (lab) => {
      lab.needs('tagLimits');
      const tag = unique('tag');
      const flowRun = await lab.run({ type: 'RUNNING' });
      await lab.api.setTagLimit(tag, 1);
      const first = await tagged(lab, [tag], flowRun);
      const second = await tagged(lab, [tag], flowRun);
      lab.accepted(await setTask(lab, first, 'RUNNING'), { type: 'RUNNING' }, 'first');
      const verdict = await lab.unwritten(second.id, () => setTask(lab, second, 'RUNNING'), 'task');
      lab.waits(verdict, { type: 'PENDING', reason: /^Concurrency limit (reached )?for/ }, 'second');
      lab.near(verdict.delaySeconds, 30, 30, 'a delay');
      lab.equal(await lab.api.tagActiveSlots(tag), 1, 'slots');
      await setTask(lab, first, 'COMPLETED');
      lab.equal(await lab.api.tagActiveSlots(tag), 0, 'freed');
      lab.accepted(await setTask(lab, second, 'RUNNING'), { type: 'RUNNING' }, 'then');
    },
  },
  {
    id: 'H14',
    title: 'a task run with one full tag takes no slot of the other',
    run: async (lab) => {
      lab.needs('tagLimits');
      const text = unique('tag');
      const name = unique('tag');
      const flowRun = await lab.run({ type: 'RUNNING' });
      await lab.api.setTagLimit(text, 1);
      await lab.api.setTagLimit(name, 1);
      const run = await tagged(lab, [text], flowRun);
      const other = await tagged(lab, [text, name], flowRun);
      await setTask(lab, run, 'RUNNING');
      lab.waits(await setTask(lab, other, 'RUNNING'), { type: 'PENDING' });
      lab.equal([await lab.api.tagActiveSlots(text), await lab.api.tagActiveSlots(name)], [1, 0], 'slots');
    },
  },
  {
    id: 'H16',
    title: 'a task run with a cached result needs no slot',
    run: async (lab) => {
      lab.needs('tagLimits');
      const tag = unique('tag');
      const key = unique('cache');
      const flowRun = await lab.run({ type: 'RUNNING' });
      const src = await lab.task({ type: 'RUNNING' }, { flowRun: flowRun });
      await setTask(lab, src, { type: 'COMPLETED', data: { type: 'reference' }, details: { cacheKey: key } });
      await lab.api.setTagLimit(tag, 1);
      const full = await tagged(lab, [tag], flowRun);
      lab.accepted(await setTask(lab, full, 'RUNNING'), { type: 'RUNNING' }, 'full');
      const run = await tagged(lab, [tag], flowRun);
      lab.rejected(await setTask(lab, run, { type: 'RUNNING', details: { cacheKey: key } }), {
        type: 'COMPLETED',
        name: 'Cached',
      });
    },
  },
];
