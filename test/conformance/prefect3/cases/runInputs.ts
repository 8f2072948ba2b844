import type { ConformanceCase } from '../conformanceCase.ts';
import { refused, SCHEMA, waiting } from '../pauses.ts';

export const runInputsCases: ConformanceCase[] = [
  {
    id: 'D12',
    title: 'resuming is rejected if the schema of the input is missing',
    run: (lab) => refused(lab, undefined, { name: 'x' }, 'Run input schema not found.'),
  },
  {
    id: 'D14',
    title: 'resuming is rejected without a required field',
    run: (lab) => refused(lab, SCHEMA, {}, /Reason: Validation failed.*'name' is a required property/),
  },
  {
    id: 'D16',
    title: 'resuming without input is accepted if every field has a default',
    run: async (lab) => {
      const run = await waiting(lab, { type: 'object', properties: { name: { type: 'string', default: 'd' } } });
      lab.accepted(await lab.api.resumeFlowRun(run.id), { type: 'RUNNING' });
      await lab.refuses('not_found', () => lab.api.readInput(run.id, 'the-response'), 'nothing stored');
    },
  },
  {
    id: 'D18',
    title: 'extra properties of a run input are stored',
    run: async (lab) => {
      const run = await waiting(lab, SCHEMA);
      lab.accepted(await lab.api.resumeFlowRun(run.id, { name: 'x', more: [1] }), { type: 'RUNNING' });
      lab.equal(JSON.parse(await lab.api.readInput(run.id, 'the-response')), { name: 'x', more: [1] }, 'stored');
    },
  },
  {
    id: 'D20',
    title: 'malformed JSON in a run input is rejected',
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
    title: 'a schema that refers to itself endlessly is rejected',
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
];
