import type { SetStateOptions } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { inSeconds, milliseconds } from '../moments.ts';
import type { StateInput } from '../values.ts';

interface Row {
  id: string;
}
const set = (lab: Lab, run: Row, state: string | StateInput, options: SetStateOptions = {}) =>
  lab.api.setFlowRunState(run.id, typeof state === 'string' ? { type: state } : state, options);
const read = (lab: Lab, run: Row) => lab.api.readFlowRun(run.id);

export const derivedCases: ConformanceCase[] = [
  {
    id: 'G02',
    title: 'leaving RUNNING adds run time and leaving another state type does not',
    run: async (lab) => {
      const run = await lab.run({ type: 'RUNNING' });
      await lab.timePasses();
      const verdict = await set(lab, run, { type: 'PAUSED', details: { pauseTimeout: inSeconds(600) } });
      const one = (milliseconds(verdict.state?.timestamp) - milliseconds(run.state.timestamp)) / 1000;
      lab.near((await read(lab, run)).totalRunTime, one, 0.002, 'after RUNNING');
      lab.holds(one > 0.2, 'a real time', one);
      await lab.timePasses();
      await set(lab, run, 'COMPLETED');
      lab.near((await read(lab, run)).totalRunTime, one, 0.002, 'after PAUSED');
    },
  },
  {
    id: 'G04',
    title: 'SCHEDULED -> CANCELLED sets the start time to the end time',
    run: async (lab) => {
      const run = await lab.run({ type: 'SCHEDULED' });
      const verdict = await set(lab, run, 'CANCELLED');
      const after = await read(lab, run);
      lab.sameTime(after.startTime, verdict.state?.timestamp, 'start');
      lab.equal(after.startTime, after.endTime, 'start = end');
      lab.equal(after.stateType, 'CANCELLED', 'state');
    },
  },
  {
    id: 'G06',
    title: 'the lateness of a flow run is measured from its scheduled time',
    run: async (lab) => {
      const at = (seconds: number) => ({
        type: 'SCHEDULED',
        name: 'Waiting',
        details: { scheduledTime: inSeconds(seconds) },
      });
      const first = await lab.run(at(-100));
      lab.near((await read(lab, first)).lateness, 100, 50, 'not started');
      await set(lab, first, 'RUNNING');
      lab.near((await read(lab, first)).lateness, 100, 50, 'started late');
      const second = await lab.run(at(500));
      lab.equal((await read(lab, second)).lateness, 0, 'future');
      await set(lab, second, 'RUNNING', { force: true });
      lab.equal((await read(lab, second)).lateness, 0, 'started early');
    },
  },
  {
    id: 'G08',
    title: 'states of a flow run never share a timestamp',
    run: async (lab) => {
      const run = await lab.run({ type: 'RUNNING' });
      const all = await Promise.all(
        Array.from({ length: 20 }, () => lab.raw.setFlowRunState(run.id, { type: 'RUNNING' })),
      );
      lab.holds(
        all.every((verdict) => verdict.status === 'ACCEPT'),
        'all accepted',
        all.map((second) => second.status),
      );
      const states = await lab.api.flowRunStates(run.id);
      lab.equal(states.length, 21, 'states');
      lab.equal(new Set(states.map((state) => state.timestamp)).size, 21, 'timestamps');
      lab.equal((await read(lab, run)).runCount, 21, 'run count');
    },
  },
  {
    id: 'G10',
    title: 'a result with artifact keys becomes an artifact',
    run: async (lab) => {
      lab.needs('artifacts', 'FlowQL keeps results as state data, not as artifacts');
      const run = await lab.run({ type: 'RUNNING' });
      await set(lab, run, {
        type: 'COMPLETED',
        data: { artifact_key: 'kk', artifact_type: 'tt', artifact_description: 'dd', v: 1 },
      });
      lab.equal((await read(lab, run)).state.data, { v: 1 }, 'state data');
      lab.equal(
        await lab.api.flowRunArtifacts(run.id),
        [{ key: 'kk', type: 'tt', description: 'dd', data: { v: 1 } }],
        'artifact',
      );
    },
  },
  {
    id: 'G12',
    title: 'the parent task run follows its subflow',
    run: async (lab) => {
      const parent = await lab.task({ type: 'PENDING' });
      const sub = await lab.run(undefined, { parentTaskRunId: parent.id });
      for (const state of [{ type: 'RUNNING' }, { type: 'FAILED', name: 'Oops', message: 'm' }]) {
        await set(lab, sub, state);
        const after = await lab.api.readTaskRun(parent.id);
        const later = await read(lab, sub);
        lab.equal([after.stateType, after.stateName], [later.stateType, later.stateName], 'type and name');
        lab.equal(later.stateType, state.type, 'type');
        lab.equal(after.state.details.childFlowRunId, sub.id, 'child');
        lab.equal(later.state.details.taskRunId, parent.id, 'task run of the subflow state');
        lab.holds(after.state.id !== later.state.id, 'a state of its own', after.state.id);
      }
    },
  },
];
