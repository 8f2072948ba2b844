import { count } from '../../core/checks/checkText.ts';
import { STATE_TYPES, type StateType } from '../../core/runs/state.ts';
import { MAX_PAGE_SIZE, MAX_TOTAL_COUNT } from '../../core/values/page.ts';
import { Problem } from '../../core/values/problem.ts';
import { MAX_HELD_RUNS } from '../../streams/changes/heldRuns.ts';
import type { FlowRunChange, FlowRunChangesEvent } from '../../streams/streams.ts';
import { builder } from '../building/builder.ts';
import { described, StateTypeEnum } from '../building/enums.ts';
import { FlowRunType } from '../building/objectTypes.ts';
import { asksForRunJson } from '../building/selected.ts';
import { selecting } from '../building/selecting.ts';
import { filterText, SHARED_TEXTS } from '../building/sharedTexts.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

const KINDS: { [Kind in FlowRunChange['kind']]: string } = {
  ENTERED: 'The run now matches, or may be new to the subscriber. Add it to the list, or replace its entry there.',
  UPDATED: 'The run has changed and still matches. Replace its entry in the list, or add it to the list.',
  LEFT: 'The run no longer matches, or was deleted. Remove it from the list, if the list has it.',
};

const FlowRunChangeKindEnum = builder.enumType('FlowRunChangeKind', {
  description: 'How a change of a flow run affects a list of the runs that match a filter.',
  values: described(KINDS),
});

const FlowRunChangeType = builder.objectRef<FlowRunChange>('FlowRunChange').implement({
  description: 'A flow run that now matches a filter, has changed, or no longer matches.',
  fields: (t) => ({
    kind: t.expose('kind', { type: FlowRunChangeKindEnum, description: 'What to do with the run.' }),
    flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The latest version of the flow run; null for LEFT, or if the run has since been deleted.',
      resolve: async ({ flowRunId, run }, _, { loaders }, info) => {
        if (!run || !asksForRunJson(info)) return run;
        // A change is read without wide columns, because few documents select them. The other columns are the change's.
        const whole = await loaders.flowRun.load(flowRunId);
        return whole && { ...whole, ...run };
      },
    }),
  }),
});

const StateTypeCount = builder.objectRef<{ type: StateType; count: number }>('StateTypeCount').implement({
  description: 'How many flow runs are in states of one type.',
  fields: (t) => ({
    type: t.expose('type', { type: StateTypeEnum, description: 'The type of the current state.' }),
    count: t.exposeInt('count', { description: 'The number of flow runs; can be 0.' }),
  }),
});

const FlowRunChangesType = builder.objectRef<FlowRunChangesEvent>('FlowRunChanges').implement({
  description: 'Changes of the flow runs that match a filter. Apply them together.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description:
        `${SHARED_TEXTS.eventCursor} Valid for this and any other filter, for 7 days, on every server of this ` +
        'database.',
    }),
    isSnapshot: t.exposeBoolean('isSnapshot', {
      description: 'True if `changes` is a snapshot of the newest runs that match, newest first: replace your list.',
    }),
    changes: t.field({
      type: [FlowRunChangeType],
      description: `The changes; at most ${MAX_PAGE_SIZE}. Empty if the event only has new counts or a newer cursor.`,
      extensions: { rows: MAX_PAGE_SIZE },
      resolve: ({ changes }) => [...changes],
    }),
    counts: t.field({
      type: [StateTypeCount],
      description:
        'How many flow runs match, by the type of their state: one entry for each type, at most nine, in the order ' +
        'of the enum. The server counts again after a change, about once a second, or less often if counting takes ' +
        'long. The counts after the last change come in an event of their own. Counting stops at ' +
        `${count(MAX_TOTAL_COUNT)} runs in total. Computed only if selected.`,
      resolve: ({ counts }) => STATE_TYPES.map((type) => ({ type, count: counts?.get(type) ?? 0 })),
    }),
  }),
});

const asksForCounts = selecting('counts');
const FIRST_RANGE = `\`first\` must be between 0 and ${MAX_PAGE_SIZE}.`;

builder.subscriptionField('flowRunChanges', (t) =>
  t.field({
    type: FlowRunChangesType,
    description:
      'Streams the flow runs that match a filter. Without `after`, the first event has the newest runs that match. ' +
      'Then, or with `after`, events report runs that start to match, change, or no longer match.\n' +
      '\n' +
      '- Each event carries the latest version of a run. Rapid changes are merged, and an event may repeat.\n' +
      '- With `after`, every run that has changed since and does not match now is reported as LEFT, whether or not ' +
      'it matched before.\n' +
      '- Only changes of a flow run itself are noticed. If the filter has conditions on its flow, deployment or ' +
      'task runs, changes of those alone are not.\n' +
      `- While more than ${count(MAX_HELD_RUNS)} runs match, LEFT can be reported for runs that never matched.\n` +
      '- A transaction that has written, and that stays open anywhere on the database server, delays events until ' +
      'it ends.',
    args: {
      filter: t.arg({ type: filterInputType('FlowRun'), description: filterText('flow runs') }),
      after: t.arg.string({
        description:
          'The cursor of the last received event, of this filter or another. A cursor that is older than 7 days, or ' +
          'from before the database was restored to an earlier time, fails with INVALID_CURSOR; subscribe again ' +
          'without it.',
      }),
      first: t.arg.int({
        description: `How many flow runs the first event has if \`after\` is not set. ${SHARED_TEXTS.pageSize}`,
      }),
    },
    subscribe: (_, { filter, after, first }, { engine, viewer, resumeAfter }, info) => {
      if ((first ?? 0) < 0) throw new Problem('BAD_USER_INPUT', FIRST_RANGE, { argument: 'first' });
      if ((first ?? 0) > MAX_PAGE_SIZE) throw new Problem('LIMIT_EXCEEDED', FIRST_RANGE, { argument: 'first' });
      return engine.streams.followFlowRuns({
        tenantId: viewer.tenantId,
        filter: toFilter('FlowRun', filter),
        after: resumeAfter ?? after ?? null,
        first: first ?? null,
        wantsCounts: asksForCounts(info),
      });
    },
    resolve: (event) => event,
  }),
);
