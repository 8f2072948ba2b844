import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { inSeconds } from '../moments.ts';
import type { FlowRun, State, StateInput } from '../values.ts';

const read = (lab: Lab, run: { id: string }) => lab.api.readFlowRun(run.id);

export const servicesCases: ConformanceCase[] = [
  {
    id: 'P02',
    title: 'a paused flow run that times out fails',
    run: async (lab) => {
      lab.needs('services');
      const run = await lab.run({ type: 'RUNNING' });
      const other = await lab.run({ type: 'PAUSED', details: { pauseTimeout: inSeconds(900) } });
      await lab.api.setFlowRunState(run.id, { type: 'PAUSED', details: { pauseTimeout: inSeconds(1) } });
      const after = await lab.until(
        () => read(lab, run),
        (another) => another.stateType === 'FAILED',
        { seconds: lab.api.settings.loopSeconds * 4 + 120, label: 'FAILED' },
      );
      lab.equal([after.stateName, after.state.message], ['Failed', 'The flow was paused and never resumed.'], 'state');
      lab.equal((await read(lab, other)).stateType, 'PAUSED', 'not expired');
    },
  },
  {
    id: 'P04',
    title: 'cancelling a flow run cancels its subflows',
    run: async (lab) => {
      lab.needs('services');
      const sub = async (above: FlowRun, more: Parameters<Lab['run']>[1] = {}) =>
        lab.run(
          { type: 'RUNNING' },
          { parentTaskRunId: (await lab.task({ type: 'RUNNING' }, { flowRun: above })).id, ...more },
        );
      const parent = await lab.run({ type: 'RUNNING' });
      const ok = await lab.run({ type: 'RUNNING' });
      const deployment = await lab.deployment();
      const first = await sub(parent, { dep: deployment });
      const second = await sub(parent);
      const third = await sub(ok);
      await lab.api.setFlowRunState(parent.id, { type: 'CANCELLED' });
      await lab.until(
        () => lab.api.flowRunStates(first.id),
        (states) => states.some((state) => state.type === 'CANCELLING'),
        { label: 'CANCELLING with a deployment' },
      );
      const after = await lab.until(
        () => read(lab, second),
        (run) => run.stateType === 'CANCELLED',
        { label: 'CANCELLED without' },
      );
      lab.equal(after.state.message, 'The parent flow run was cancelled.', 'message');
      lab.equal((await read(lab, third)).stateType, 'RUNNING', 'another parent');
    },
  },
  {
    id: 'P06',
    title: 'each written state has one event',
    run: async (lab) => {
      lab.needs('events');
      const run = await lab.run({ type: 'PENDING' });
      const set = (state: StateInput) => lab.api.setFlowRunState(run.id, state, { force: state.type === 'FAILED' });
      await set({ type: 'PENDING' });
      await set({ type: 'PAUSED' });
      await set({ type: 'RUNNING', name: 'Foo' });
      await set({ type: 'SCHEDULED', name: 'Late' });
      await set({ type: 'COMPLETED' });
      // Events come in order: one that is repeated comes before the last.
      await set({ type: 'FAILED' });
      const states = await lab.api.flowRunStates(run.id);
      lab.equal(
        states.map((proposed) => proposed.name),
        ['Pending', 'Foo', 'Completed', 'Failed'],
        'states',
      );
      const events = await lab.until(
        () => lab.api.flowRunEvents(run.id),
        (list) => list.at(-1)?.name === 'Failed',
        { label: 'the last event' },
      );
      lab.equal(
        events.map((fields) => [fields.stateId, fields.name]),
        states.map((one) => [one.id, one.name]),
        'events',
      );
      if (lab.pick(true, false))
        lab.equal(
          events.map((given) => given.follows ?? null),
          [null, states[0]?.id, states[1]?.id, states[2]?.id],
          'follows',
        );
    },
  },
  {
    id: 'P08',
    title: 'a stream sends stored states, then new ones, once each',
    run: async (lab) => {
      lab.needs('watch', 'the adapter has no stream');
      const run = await lab.run({ type: 'PENDING' });
      await lab.api.setFlowRunState(run.id, { type: 'RUNNING' });
      const seen: State[] = [];
      const second = await lab.api.watchFlowRunStates(run.id, (state) => seen.push(state));
      try {
        await lab.until(
          () => seen.length,
          (count) => count >= 2,
          { label: 'what was' },
        );
        await lab.api.setFlowRunState(run.id, { type: 'RUNNING' });
        await lab.api.setFlowRunState(run.id, { type: 'COMPLETED' });
        await lab.until(
          () => seen.length,
          (attempts) => attempts >= 4,
          { label: 'what comes' },
        );
        // A state that is repeated comes before the next.
        await lab.api.setFlowRunState(run.id, { type: 'FAILED' }, { force: true });
        await lab.until(
          () => seen.at(-1)?.type,
          (type) => type === 'FAILED',
          { label: 'the last' },
        );
        lab.equal(
          seen.map((proposed) => proposed.id),
          (await lab.api.flowRunStates(run.id)).map((one) => one.id),
          'states, once each and in order',
        );
      } finally {
        await second.close();
      }
      await lab.refuses(
        ['validation', 'not_found', 'bad_request', 'conflict'],
        async () => {
          const fields = await lab.api.watchFlowRunStates('nonsense', () => {});
          const error = await lab.until(() => fields.error, Boolean, { label: 'an error' });
          await fields.close();
          throw error;
        },
        'a bad filter',
      );
    },
  },
];
