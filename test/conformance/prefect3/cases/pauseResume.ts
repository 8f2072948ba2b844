import type { ConformanceCase } from '../conformanceCase.ts';
import type { Lab } from '../lab.ts';
import { inSeconds, uuid } from '../moments.ts';
import type { Details, StateInput } from '../values.ts';

const RUN = { type: 'RUNNING' };
const paused = (key: string, more: { name?: string; details?: Partial<Details> } = {}): StateInput => ({
  type: 'PAUSED',
  ...more,
  details: { pauseTimeout: inSeconds(600), pauseKey: key, ...more.details },
});
const suspended = (key: string) => paused(key, { name: 'Suspended', details: { pauseReschedule: true } });
const SCHEMA = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
/** A run that is paused until it gets an input of this schema. */
const waiting = async (lab: Lab, schema: object | undefined) => {
  const keyset = { schema: 'the-schema', response: 'the-response' };
  const run = await lab.run(RUN);
  if (schema) await lab.api.createInput(run.id, { key: 'the-schema', value: JSON.stringify(schema) });
  lab.accepted(
    await lab.api.setFlowRunState(run.id, paused('k', { details: { runInputKeyset: keyset } })),
    { type: 'PAUSED' },
    'pause',
  );
  return run;
};
const still = async (lab: Lab, run: { id: string }) => {
  lab.equal((await lab.api.readFlowRun(run.id)).stateType, 'PAUSED', 'still paused');
  await lab.refuses('not_found', () => lab.api.readInput(run.id, 'the-response'), 'no response stored');
};
const refused = async (lab: Lab, schema: object | undefined, input: object, reason: string | RegExp) => {
  const run = await waiting(lab, schema);
  lab.rejected(await lab.api.resumeFlowRun(run.id, input), { reason });
  await still(lab, run);
};

export const pauseResumeCases: ConformanceCase[] = [
  {
    id: 'D02',
    title: 'a pause fires once',
    run: async (lab) => {
      const run = await lab.run(RUN);
      await lab.api.setFlowRunState(run.id, paused('k'));
      lab.accepted(await lab.api.resumeFlowRun(run.id), { type: 'RUNNING', name: 'Running' }, 'resume');
      lab.equal(await lab.history(run.id), ['RUNNING', 'PAUSED', 'RUNNING'], 'states');
      lab.rejected(
        await lab.unwritten(run.id, () => lab.api.setFlowRunState(run.id, paused('k'))),
        { type: 'RUNNING', reason: 'This pause has already fired.' },
        'again',
      );
      lab.rejected(
        await lab.api.setFlowRunState(run.id, paused('k', { name: 'Suspended' })),
        { type: 'RUNNING', reason: 'This suspend has already fired.' },
        'named Suspended',
      );
      lab.accepted(await lab.api.setFlowRunState(run.id, paused('k2')), { type: 'PAUSED' }, 'another key');
    },
  },
  {
    id: 'D04',
    title: 'suspending needs a deployment',
    run: async (lab) => {
      const run = await lab.run(RUN);
      lab.aborted(await lab.unwritten(run.id, () => lab.api.setFlowRunState(run.id, suspended('k'))), {
        type: 'RUNNING',
        reason: 'Cannot suspend flows without a deployment.',
      });
    },
  },
  {
    id: 'D06',
    title: 'suspend and resume',
    run: async (lab) => {
      const run = await lab.run(RUN, { dep: true });
      lab.accepted(
        await lab.api.setFlowRunState(run.id, suspended('k')),
        { type: 'PAUSED', name: 'Suspended' },
        'suspend',
      );
      lab.accepted(await lab.api.resumeFlowRun(run.id), { type: 'SCHEDULED', name: 'Resuming' }, 'resume');
      lab.sameTime((await lab.api.readFlowRun(run.id)).nextScheduledStartTime, Date.now(), 'next start', 4000);
    },
  },
  {
    id: 'D08',
    title: 'resuming: set when a pause is left, cleared by the next RUNNING',
    run: async (lab) => {
      const run = await lab.run(RUN);
      await lab.api.setFlowRunState(run.id, paused('k'));
      await lab.api.resumeFlowRun(run.id);
      const after = await lab.api.readFlowRun(run.id);
      lab.equal([after.runCount, after.policy?.resuming], [2, true], 'after the resume');
      lab.accepted(await lab.api.setFlowRunState(run.id, RUN), { type: 'RUNNING' });
      const later = await lab.api.readFlowRun(run.id);
      lab.equal([later.runCount, later.policy?.resuming ?? false], [2, false], "after the engine's RUNNING");
      await lab.api.setFlowRunState(run.id, RUN);
      lab.equal((await lab.api.readFlowRun(run.id)).runCount, 3, 'then it counts');
    },
  },
  {
    id: 'D10',
    title: 'resuming an expired pause fails the run',
    run: async (lab) => {
      for (let count = 0; ; count++) {
        // the server's own loop may be first
        const run = await lab.run(RUN);
        await lab.raw.setFlowRunState(run.id, paused('k', { details: { pauseTimeout: inSeconds(-1) } }));
        const verdict = await lab.api.resumeFlowRun(run.id);
        if (verdict.status !== 'REJECT' && count < 3) continue;
        lab.rejected(verdict, { type: 'FAILED', reason: 'The flow run pause has timed out and can no longer resume.' });
        lab.equal((await lab.api.readFlowRun(run.id)).stateType, 'FAILED', 'stored');
        return;
      }
    },
  },
  {
    id: 'D12',
    title: 'the schema input is missing',
    run: (lab) => refused(lab, undefined, { name: 'x' }, 'Run input schema not found.'),
  },
  {
    id: 'D14',
    title: 'a required field is missing',
    run: (lab) => refused(lab, SCHEMA, {}, /Reason: Validation failed.*'name' is a required property/),
  },
  {
    id: 'D16',
    title: 'every field has a default, no input',
    run: async (lab) => {
      const run = await waiting(lab, { type: 'object', properties: { name: { type: 'string', default: 'd' } } });
      lab.accepted(await lab.api.resumeFlowRun(run.id), { type: 'RUNNING' });
      await lab.refuses('not_found', () => lab.api.readInput(run.id, 'the-response'), 'nothing stored');
    },
  },
  {
    id: 'D18',
    title: 'extra properties are kept',
    run: async (lab) => {
      const run = await waiting(lab, SCHEMA);
      lab.accepted(await lab.api.resumeFlowRun(run.id, { name: 'x', more: [1] }), { type: 'RUNNING' });
      lab.equal(JSON.parse(await lab.api.readInput(run.id, 'the-response')), { name: 'x', more: [1] }, 'stored');
    },
  },
  {
    id: 'D20',
    title: 'bad JSON text',
    run: (lab) =>
      refused(
        lab,
        SCHEMA,
        { name: { __prefect_kind: 'json', value: '{bad' } },
        /^Error hydrating run input: Invalid JSON/,
      ),
  },
  {
    id: 'D22',
    title: 'a schema that refers to itself without end',
    run: async (lab) => {
      const of = (definitions: object) => ({
        type: 'object',
        properties: { a: { $ref: '#/definitions/A' } },
        definitions,
      });
      await refused(
        lab,
        of({ A: { $ref: '#/definitions/B' }, B: { $ref: '#/definitions/A' } }),
        { a: {} },
        /circular references/,
      );
      const run = await waiting(lab, of({ A: { type: 'object', properties: { a: { $ref: '#/definitions/A' } } } }));
      lab.accepted(
        await lab.api.resumeFlowRun(run.id, { a: { a: {} } }),
        { type: 'RUNNING' },
        'a recursive schema that ends is fine',
      );
    },
  },
  {
    id: 'D24',
    title: 'an input without a keyset is ignored',
    run: async (lab) => {
      const run = await lab.run(RUN);
      await lab.api.setFlowRunState(run.id, paused('k'));
      lab.accepted(await lab.api.resumeFlowRun(run.id, { name: 'x' }), { type: 'RUNNING' });
      lab.equal(await lab.api.filterInputs(run.id, { prefix: '', limit: 10 }), [], 'inputs');
    },
  },
  {
    id: 'D26',
    title: 'resuming an unknown run (section 9, 1)',
    run: async (lab) => {
      const run = await lab.run(RUN);
      await lab.api.setFlowRunState(run.id, paused('k'));
      lab.accepted(await lab.api.resumeFlowRun(run.id), { type: 'RUNNING' }, 'control');
      await lab.refuses(lab.pick('internal', 'not_found'), () => lab.api.resumeFlowRun(uuid()));
    },
  },
  {
    id: 'D28',
    title: 'a rejected exit from a pause does not set resuming (section 9, 14)',
    run: async (lab) => {
      const run = await lab.run(RUN);
      await lab.api.setFlowRunState(run.id, paused('k'));
      lab.rejected(await lab.api.setFlowRunState(run.id, { type: 'PENDING' }), { type: 'PAUSED' });
      lab.equal((await lab.api.readFlowRun(run.id)).policy?.resuming ?? false, lab.pick(true, false), 'resuming');
    },
  },
  {
    id: 'D30',
    title: 'a refused resume is a rejection in every detail (section 9, 24)',
    run: async (lab) => {
      const run = await waiting(lab, SCHEMA);
      const verdict = await lab.api.resumeFlowRun(run.id, {});
      lab.rejected(verdict, { type: 'PAUSED' });
      if (verdict.detailsType) lab.equal(verdict.detailsType, lab.pick('abort_details', 'reject_details'), 'details');
    },
  },
];
