import type { ConformanceCase } from '../conformanceCase.ts';
import { refused, SCHEMA, waiting } from '../pauses.ts';

export const runInputsCases: ConformanceCase[] = [
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
];
