import { estimatedRunTimeSeconds, latenessSeconds } from '../../core/rules/lateness.ts';
import type { Run } from '../../core/runs/run.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from '../building/builder.ts';
import { StateTypeEnum } from '../building/enums.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { planned } from '../building/plannedField.ts';
import { SHARED_TEXTS } from '../building/sharedTexts.ts';
import { StateInterface } from './stateType.ts';

export const RunInterface = builder.interfaceRef<Run>('Run').implement({
  description:
    'The fields that flow runs and task runs have in common: name, state, and the times derived from the states.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the run was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the run or its state was last changed.' }),
    name: t.exposeString('name', {
      description: 'A human-readable name. The server chooses one if the client does not.',
    }),
    tags: t.exposeStringList('tags', {
      description: `Tags to find the run by, as sent by the client; at most ${LIMITS.tags}.`,
    }),
    labels: t.expose('labels', {
      type: 'Labels',
      description:
        'Arbitrary keys and values, including those inherited from the flow, the deployment or the flow run.',
    }),
    version: t.exposeInt('version', {
      description:
        'The number of the current state in the history of the run: 1, 2, 3, ... Use it as `expectedVersion`.',
    }),
    stateId: t.exposeID('stateId', { description: 'The id of the current state.' }),
    stateType: t.expose('stateType', { type: StateTypeEnum, description: 'The type of the current state.' }),
    stateName: t.exposeString('stateName', { description: 'The name of the current state.' }),
    stateTimestamp: t.expose('stateTimestamp', {
      type: 'DateTime',
      description: 'When the run entered the current state.',
    }),
    runCount: t.exposeInt('runCount', { description: SHARED_TEXTS.runCount }),
    expectedStartTime: t.expose('expectedStartTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run was first expected to start. Scheduling the run again does not change it.',
    }),
    nextScheduledStartTime: t.expose('nextScheduledStartTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run is due; null unless it is SCHEDULED.',
    }),
    startTime: t.expose('startTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run first entered RUNNING, or when it ended if it never ran; null before.',
    }),
    endTime: t.expose('endTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run entered a final state; null if the current state is not final.',
    }),
    totalRunTimeSeconds: t.exposeFloat('totalRunTimeSeconds', {
      description: 'Seconds spent in RUNNING states that have ended.',
    }),
    estimatedRunTimeSeconds: t.float({
      extensions: planned({ computedFrom: ['stateType', 'stateTimestamp', 'totalRunTimeSeconds'] }),
      description: 'Seconds spent in RUNNING states, including the current one.',
      resolve: (run, _, { now }) => estimatedRunTimeSeconds(run, now()),
    }),
    latenessSeconds: t.float({
      extensions: planned({ computedFrom: ['startTime', 'expectedStartTime', 'stateType'] }),
      description:
        'By how many seconds the run started after its expected start time, or has been waiting to start since ' +
        'then; otherwise 0.',
      resolve: (run, _, { now }) => latenessSeconds(run, now()),
    }),
    state: t.field({
      type: StateInterface,
      nullable: true,
      description: SHARED_TEXTS.currentState,
    }),
  }),
});
