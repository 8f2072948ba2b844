import { estimatedRunTimeSeconds, latenessSeconds } from '../../core/rules/lateness.ts';
import type { Run } from '../../core/runs/run.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from '../building/builder.ts';
import { StateTypeEnum } from '../building/enums.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { StateInterface } from './stateType.ts';

export const RunInterface = builder.interfaceRef<Run>('Run').implement({
  description: 'What flow runs and task runs have in common: a name, a state, and times that follow from the states.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the run was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the run or its state was last changed.' }),
    name: t.exposeString('name', { description: 'For people; made of two words where none was given.' }),
    tags: t.exposeStringList('tags', {
      description: `Free words to find the run by, as they were given; at most ${LIMITS.tags}.`,
    }),
    labels: t.expose('labels', { type: 'Labels', description: 'Free keys and values, with those of its flow.' }),
    version: t.exposeInt('version', {
      description: 'The number of the current state in the history: 1, 2, 3, ... Send it as `expectedVersion`.',
    }),
    stateId: t.exposeID('stateId', { description: 'The id of the current state.' }),
    stateType: t.expose('stateType', { type: StateTypeEnum, description: 'The type of the current state.' }),
    stateName: t.exposeString('stateName', { description: 'The name of the current state.' }),
    stateTimestamp: t.expose('stateTimestamp', { type: 'DateTime', description: 'When the current state began.' }),
    runCount: t.exposeInt('runCount', { description: 'How many times the run has entered a RUNNING state.' }),
    expectedStartTime: t.expose('expectedStartTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run was first expected to start. A later rescheduling does not move it.',
    }),
    nextScheduledStartTime: t.expose('nextScheduledStartTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run is due; null unless it is SCHEDULED.',
    }),
    startTime: t.expose('startTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run first began to run; null before.',
    }),
    endTime: t.expose('endTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run came to its final state; null where the present state is not final.',
    }),
    totalRunTimeSeconds: t.exposeFloat('totalRunTimeSeconds', {
      description: 'Seconds spent in RUNNING states that have ended.',
    }),
    estimatedRunTimeSeconds: t.float({
      description: 'Seconds spent in RUNNING states, the present one included.',
      resolve: (run, _, { now }) => estimatedRunTimeSeconds(run, now()),
    }),
    latenessSeconds: t.float({
      description: 'Seconds by which the run started after its expected start, or is still waiting beyond it; else 0.',
      resolve: (run, _, { now }) => latenessSeconds(run, now()),
    }),
    state: t.field({
      type: StateInterface,
      nullable: true,
      description: 'The current state; null where it is so old that it is no longer kept.',
    }),
  }),
});
