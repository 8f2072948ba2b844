import type { ConformanceCase } from '../conformanceCase.ts';
import type { Filter } from '../filters.ts';
import type { Lab } from '../lab.ts';
import { inSeconds, iso } from '../moments.ts';

interface Row {
  id: string;
}
const DAY = 86400;
const BASE = Date.parse('2031-03-01T00:00:00Z');
const at = (seconds: number) => iso(BASE + seconds * 1000);
const history = (lab: Lab, flow: Row, start: string, end: string, intervalSeconds: number, more: Filter = {}) =>
  lab.api.flowRunHistory({ start, end, intervalSeconds, filter: { flows: { id: { any: [flow.id] } }, ...more } });
const scheduled = (lab: Lab, flow: Row, text: string) =>
  lab.run({ type: 'SCHEDULED', name: 'Waiting', details: { scheduledTime: text } }, { flow });
const bucketCounts = async (lab: Lab, list: [end: number, step: number, n: number, label: string][]) => {
  const flow = await lab.flow();
  for (const [end, step, count, label] of list) {
    const buckets = await history(lab, flow, at(0), at(end), step);
    lab.equal(buckets.length, count, label);
    if (count) {
      lab.sameTime(buckets[0]?.start, at(0), `${label}: first`);
      lab.sameTime(buckets.at(-1)?.end, at(count * step), `${label}: last`);
    }
  }
};
export const historyCases: ConformanceCase[] = [
  {
    id: 'L02',
    title: 'a history has at most 500 intervals',
    run: async (lab) => {
      await bucketCounts(lab, [[500 * 60, 60, 500, 'exactly 500']]);
      const tooMany: [number, number, number, string] = [10 * DAY, 60, 500, '10 days by 1 min'];
      // Prefect 3 gives the first 500, and does not say that there are more.
      if (lab.api.flavour === 'prefect3') await bucketCounts(lab, [tooMany]);
      else await lab.refuses('validation', () => bucketCounts(lab, [tooMany]), '501 and more', /500/);
    },
  },
  {
    id: 'L04',
    title: 'a history of an empty period is empty and too short an interval is rejected',
    run: async (lab) => {
      const flow = await lab.flow();
      for (const end of [at(0), at(-100)]) lab.equal(await history(lab, flow, at(0), end, 60), [], end);
      await lab.refuses('validation', () => history(lab, flow, at(0), at(100), 0.9), 'interval 0.9', /1 second/);
      lab.equal((await history(lab, flow, at(0), at(10), 1)).length, 10, 'interval 1');
    },
  },
  {
    id: 'L06',
    title: 'a history contains count, run time and lateness per state',
    run: async (lab) => {
      const flow = await lab.flow();
      const late = inSeconds(-100);
      for (let index = 0; index < 2; index++) await scheduled(lab, flow, late);
      await lab.run({ type: 'SCHEDULED', name: 'Foo', details: { scheduledTime: inSeconds(50) } }, { flow });
      const third = await lab.run({ type: 'RUNNING' }, { flow });
      await lab.timePasses();
      await lab.api.setFlowRunState(third.id, { type: 'COMPLETED' });
      const [second] = await history(lab, flow, inSeconds(-1000), inSeconds(1000), 2000);
      const one = (type: string, name: string) =>
        second?.states.find((state) => state.type === type && state.name === name);
      lab.equal(second?.states.length, 3, 'entries');
      lab.equal(
        [one('SCHEDULED', 'Waiting')?.count, one('SCHEDULED', 'Foo')?.count, one('COMPLETED', 'Completed')?.count],
        [2, 1, 1],
        'counts',
      );
      lab.near(one('SCHEDULED', 'Waiting')?.sumLateness, 200, 100, 'lateness');
      lab.near(one('SCHEDULED', 'Foo')?.sumLateness, 0, 0.001, 'never negative');
      const total = (await lab.api.readFlowRun(third.id)).totalRunTime;
      lab.holds(total > 0.2, 'it ran', total);
      lab.near(one('COMPLETED', 'Completed')?.sumRunTime, total, 0.002, 'run time');
      lab.near(one('SCHEDULED', 'Waiting')?.sumRunTime, 0, 0.001, 'no run time');
    },
  },
];
