import { count } from '../../core/checks/checkText.ts';
import { STATE_TYPES, type StateType } from '../../core/runs/state.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, MAX_TOTAL_COUNT } from '../../core/values/page.ts';
import { Problem } from '../../core/values/problem.ts';
import { MAX_HELD_RUNS } from '../../streams/changes/heldRuns.ts';
import type { FlowRunChange, FlowRunChangesEvent } from '../../streams/streams.ts';
import { builder } from '../building/builder.ts';
import { described, StateTypeEnum } from '../building/enums.ts';
import { FlowRunType } from '../building/objectTypes.ts';
import { asksForRunJson } from '../building/selected.ts';
import { selecting } from '../building/selecting.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

const KINDS: { [Kind in FlowRunChange['kind']]: string } = {
  ENTERED:
    'The run has come to match, or may be new to the subscriber. Put it into the list, or in the place of the one there.',
  UPDATED: 'The run has changed and still matches. Put it in the place of the one in the list, or into the list.',
  LEFT: 'The run no longer matches, or was deleted. Take it out of the list; ids that are not in it may be told, too.',
};

const FlowRunChangeKindEnum = builder.enumType('FlowRunChangeKind', {
  description: 'What a change of a flow run is to a list of those that match a filter.',
  values: described(KINDS),
});

const FlowRunChangeType = builder.objectRef<FlowRunChange>('FlowRunChange').implement({
  description: 'A flow run that came to match a filter, changed, or no longer matches.',
  fields: (t) => ({
    kind: t.expose('kind', { type: FlowRunChangeKindEnum, description: 'What is to be done with the run.' }),
    flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run in its newest shape. Null where it left, or has been deleted since.',
      resolve: async ({ flowRunId, run }, _, { loaders }, info) => {
        if (!run || !asksForRunJson(info)) return run;
        // Wide columns are not read with the change, for few ask for them; the rest of the run is as it was told.
        const whole = await loaders.flowRun.load(flowRunId);
        return whole && { ...whole, ...run };
      },
    }),
  }),
});

const StateTypeCount = builder.objectRef<{ type: StateType; count: number }>('StateTypeCount').implement({
  description: 'How many runs are in states of a type.',
  fields: (t) => ({
    type: t.expose('type', { type: StateTypeEnum, description: 'The type of the current state.' }),
    count: t.exposeInt('count', { description: 'How many runs; 0 is told, too.' }),
  }),
});

const FlowRunChangesType = builder.objectRef<FlowRunChangesEvent>('FlowRunChanges').implement({
  description: 'Changes of the flow runs that match a filter, to be applied together.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description:
        'Sent as `after`, it resumes behind this event, with this filter or another one. Good for 7 days, on every server of this database.',
    }),
    isSnapshot: t.exposeBoolean('isSnapshot', {
      description: 'True where this is what matches now, newest first: let go of everything that was told before.',
    }),
    changes: t.field({
      type: [FlowRunChangeType],
      description: `At most ${MAX_PAGE_SIZE}. Empty where the event brings new counts, or a newer cursor.`,
      resolve: ({ changes }) => [...changes],
    }),
    counts: t.field({
      type: [StateTypeCount],
      description:
        'How many flow runs match now, by the type of their state: every type, in the order of the enum; at most nine. Counted again when ' +
        'something changed, about once a second (more rarely where counting takes long); what was counted after the last ' +
        `change comes in an event of its own. Counting stops at ${count(MAX_TOTAL_COUNT)} runs in all. Counted only when asked for.`,
      resolve: ({ counts }) => STATE_TYPES.map((type) => ({ type, count: counts?.get(type) ?? 0 })),
    }),
  }),
});

const asksForCounts = selecting('counts');

builder.subscriptionField('flowRunChanges', (t) =>
  t.field({
    type: FlowRunChangesType,
    description:
      'The flow runs that match a filter, live. Without `after`, the newest of them come first, in one event; then, or ' +
      'with `after`, whatever comes to match, changes, or no longer matches. Each run is told in its newest shape: of several ' +
      'changes in quick succession the last one is told, and what was told may be told again. With `after`, every ' +
      'run that has changed since and does not match now is told as LEFT, known or not. A run is looked at when it changes ' +
      'itself: where a filter asks for its flow, deployment or task runs, a change of those alone is not noticed. ' +
      `While more than ${count(MAX_HELD_RUNS)} runs match, LEFT may be told of runs that never did. ` +
      'A transaction that stays open anywhere on the database server, and has written, holds changes back until it ends.',
    args: {
      filter: t.arg({ type: filterInputType('FlowRun'), description: 'Which runs; all where it is left out.' }),
      after: t.arg.string({
        description:
          'The cursor of the last event that was received, by this filter or another. One that is more than 7 days old, or of ' +
          'a database that was put back, is INVALID_CURSOR: begin again without it.',
      }),
      first: t.arg.int({
        description:
          `How many runs come at the beginning, where no cursor is given: 0 to ${MAX_PAGE_SIZE}, ${DEFAULT_PAGE_SIZE} where it is ` +
          'left out. More is LIMIT_EXCEEDED, less BAD_USER_INPUT.',
      }),
    },
    subscribe: (_, { filter, after, first }, { engine, viewer }, info) => {
      if ((first ?? 0) < 0) throw new Problem('BAD_USER_INPUT', '`first` must be 0 or more.', { argument: 'first' });
      if ((first ?? 0) > MAX_PAGE_SIZE)
        throw new Problem('LIMIT_EXCEEDED', `\`first\` may be ${MAX_PAGE_SIZE} at most.`, { argument: 'first' });
      return engine.streams.followFlowRuns({
        tenantId: viewer.tenantId,
        filter: toFilter('FlowRun', filter),
        after: after ?? null,
        first: first ?? null,
        wantsCounts: asksForCounts(info),
      });
    },
    resolve: (event) => event,
  }),
);
