import { kindOf } from '../api.ts';
import type { ConformanceCase } from '../conformanceCase.ts';
import { inSeconds, unique, uuid } from '../moments.ts';
import { cached, PERSISTED, read, set } from '../taskStates.ts';
import type { ReportedState } from '../values.ts';

export const taskResultsCases: ConformanceCase[] = [
  {
    id: 'J22',
    title: 'a task run with a cached result completes',
    run: async (lab) => {
      const key = unique('cache');
      const first = await lab.task({ type: 'RUNNING' });
      const run = await lab.task({ type: 'PENDING' });
      lab.accepted(await set(lab, first, cached(key)), { type: 'COMPLETED' }, 'insert');
      const verdict = await set(lab, run, { type: 'RUNNING', details: { cacheKey: key } });
      lab.rejected(verdict, { type: 'COMPLETED', name: 'Cached', reason: 'Retrieved state from cache', written: true });
      const after = await read(lab, run);
      lab.equal([after.state.data, after.runCount], [PERSISTED, 0], 'data, run count');
      lab.holds(after.state.id !== (await read(lab, first)).state.id, 'a state of its own', after.state.id);
    },
  },
  {
    id: 'J24',
    title: 'the newest cached result wins and only COMPLETED is cached',
    run: async (lab) => {
      const key = unique('cache');
      for (const count of [1, 2]) {
        const first = await lab.task({ type: 'RUNNING' });
        await set(lab, first, { ...cached(key), data: { type: 'reference', n: count } });
      }
      const run = await lab.task({ type: 'RUNNING' });
      await set(lab, run, { type: 'FAILED', data: { type: 'reference', n: 3 }, details: { cacheKey: key } });
      const one = await lab.task({ type: 'PENDING' });
      lab.rejected(await set(lab, one, { type: 'RUNNING', details: { cacheKey: key } }), {
        type: 'COMPLETED',
        name: 'Cached',
      });
      lab.equal((await read(lab, one)).state.data, { type: 'reference', n: 2 }, 'data');
      const other = unique('cache');
      const another = await lab.task({ type: 'RUNNING' });
      await set(lab, another, { type: 'FAILED', details: { cacheKey: other } });
      const uncached = await lab.task({ type: 'PENDING' });
      lab.accepted(
        await set(lab, uncached, { type: 'RUNNING', details: { cacheKey: other } }),
        { type: 'RUNNING' },
        'FAILED is not cached',
      );
    },
  },
  {
    id: 'J26',
    title: 'deferred task runs follow the rules of background tasks',
    run: async (lab) => {
      lab.needs('deferred', 'the adapter has no deferred task runs');
      const details = { deferred: true };
      for (const from of ['PENDING', 'RUNNING', 'CANCELLING', 'CANCELLED'])
        for (const force of [false, true]) {
          const run = await lab.task({ type: from, details: details }, { flowRun: null });
          lab.aborted(
            await set(lab, run, { type: 'PENDING', details: details }, { force }),
            { type: from },
            `${from} force ${force}`,
          );
        }
      const id = uuid();
      const one = await lab.task(
        { type: 'SCHEDULED', details: { ...details, taskParametersId: id, scheduledTime: inSeconds(-1) } },
        { flowRun: null },
      );
      const verdict = await set(lab, one, { type: 'PENDING', details: details });
      lab.accepted(verdict, { type: 'PENDING' });
      lab.equal(verdict.state?.details.taskParametersId, id, 'PENDING');
      const second = await set(lab, one, { type: 'RUNNING', details: details });
      lab.accepted(second, { type: 'RUNNING' });
      lab.equal(second.state?.details.taskParametersId, id, 'RUNNING');
    },
  },
  {
    id: 'J28',
    title: 'an older reported state does not move a task run back',
    run: async (lab) => {
      lab.needs('report');
      const flowRun = await lab.run({ type: 'RUNNING' });
      const fields = { taskRunId: uuid(), flowRunId: flowRun.id, taskKey: 'k', dynamicKey: '0', name: 'reported' };
      const count = Date.now() - 60000;
      const at = (seconds: number) => new Date(count + seconds * 1000).toISOString();
      const completed: ReportedState = { id: uuid(), type: 'COMPLETED', name: 'Completed', timestamp: at(20) };
      const states: ReportedState[] = [
        { id: uuid(), type: 'RUNNING', name: 'Running', timestamp: at(10) },
        completed,
        { id: uuid(), type: 'PENDING', name: 'Pending', timestamp: at(5) },
      ];
      for (const state of states) {
        await lab.api.applyReport(fields, state);
        await lab.until(
          async () => {
            try {
              return (await lab.api.taskRunStates(fields.taskRunId)).length;
            } catch {
              return 0;
            }
          },
          (attempts) => attempts >= states.indexOf(state) + 1,
          { label: state.type },
        );
      }
      const after = await lab.api.readTaskRun(fields.taskRunId);
      lab.equal([after.stateType, after.stateName], ['COMPLETED', 'Completed'], 'state');
      lab.sameSet(
        (await lab.api.taskRunStates(fields.taskRunId)).map((proposed) => proposed.type),
        ['RUNNING', 'COMPLETED', 'PENDING'],
        'states',
      );
      await lab.api.applyReport(fields, completed);
      await lab.api.applyReport(fields, { id: uuid(), type: 'FAILED', name: 'Failed', timestamp: at(30) });
      await lab.until(
        () => lab.api.readTaskRun(fields.taskRunId),
        (other) => other.stateType === 'FAILED',
        { label: 'a newer one' },
      );
      lab.equal((await lab.api.taskRunStates(fields.taskRunId)).length, 4, 'the same state id twice is one state');
    },
  },
  {
    id: 'J30',
    title: 'parallel moves of a task run are all counted',
    run: async (lab) => {
      const run = await lab.task({ type: 'RUNNING' });
      const all = await Promise.all(
        Array.from({ length: 10 }, () =>
          lab.raw.setTaskRunState(run.id, { type: 'RUNNING' }).catch((events) => ({ status: kindOf(events) })),
        ),
      );
      const count = all.filter((verdict) => verdict.status === 'ACCEPT').length;
      const after = await read(lab, run);
      if (lab.pick(true, false))
        lab.holds(after.runCount <= 11 && after.runCount > 1, 'Prefect 3 may lose counts', after.runCount);
      else {
        lab.equal(count, 10, 'accepted');
        lab.equal(after.runCount, 11, 'run count');
      }
      lab.equal(after.stateName, 'Rerunning', 'name');
    },
  },
];
