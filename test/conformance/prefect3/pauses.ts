import type { Lab } from './lab.ts';
import { inSeconds } from './moments.ts';
import type { Details, StateInput } from './values.ts';

export const RUN = { type: 'RUNNING' };
export const paused = (key: string, more: { name?: string; details?: Partial<Details> } = {}): StateInput => ({
  type: 'PAUSED',
  ...more,
  details: { pauseTimeout: inSeconds(600), pauseKey: key, ...more.details },
});
export const suspended = (key: string) => paused(key, { name: 'Suspended', details: { pauseReschedule: true } });
export const SCHEMA = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
/** Creates a run that is paused for an input of this schema. */
export const waiting = async (lab: Lab, schema: object | undefined) => {
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
export const still = async (lab: Lab, run: { id: string }) => {
  lab.equal((await lab.api.readFlowRun(run.id)).stateType, 'PAUSED', 'still paused');
  await lab.refuses('not_found', () => lab.api.readInput(run.id, 'the-response'), 'no response stored');
};
export const refused = async (lab: Lab, schema: object | undefined, input: object, reason: string | RegExp) => {
  const run = await waiting(lab, schema);
  lab.rejected(await lab.api.resumeFlowRun(run.id, input), { reason });
  await still(lab, run);
};
