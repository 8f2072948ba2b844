import { setFlowGroupSchedule } from '../../actions/prefect1Flows/setFlowGroupSchedule.ts';
import { storableJson } from '../../core/checks/checkJson.ts';
import { storable } from '../../core/checks/checkText.ts';
import { groupSchedule } from '../../core/schedules/groupSchedule.ts';
import { visibleTenant } from '../../core/values/viewer.ts';
import { deleteWithFlows } from '../../store/prefect1Flows/deleteWithFlows.ts';
import { type FlowGroupUpdate, updateFlowGroup } from '../../store/prefect1Flows/flowGroups.ts';
import type { Prefect1Context, Prefect1Operations } from './prefect1Context.ts';
import { inputs, integer, json, optionalText, optionalTexts, type Prefect1Input, text } from './readInput.ts';

/** Settings that all versions of a flow share. */
export const flowGroupOperations: Prefect1Operations = {
  delete_flow_group: async ({ engine, viewer }, input) => ({
    success: await deleteWithFlows(engine.database, 'flow_group', visibleTenant(viewer), text(input, 'flow_group_id')),
  }),

  async set_flow_group_description(context, input) {
    const description = optionalText(input, 'description');
    return update(context, input, { description: description === null ? null : storable(description) });
  },

  async set_flow_group_labels(context, input) {
    // Null removes the group's labels, so that the flow's apply. An empty list sets no labels.
    const labels = optionalTexts(input, 'labels');
    return update(context, input, { labels: labels === null ? null : [...new Set(labels.map(storable))] });
  },

  set_flow_group_run_config: async (context, input) =>
    update(context, input, { runConfig: storableJson('run_config', json(input, 'run_config')) }),

  set_flow_group_default_parameters: async (context, input) =>
    update(context, input, { defaultParameters: storableJson('parameters', json(input, 'parameters')) }),

  async set_flow_group_schedule({ engine, viewer, now }, input) {
    const schedule = groupSchedule(
      {
        cronClocks: inputs(input, 'cron_clocks').map((clock) => ({
          cron: text(clock, 'cron'),
          parameterDefaults: json(clock, 'parameter_defaults'),
        })),
        intervalClocks: inputs(input, 'interval_clocks').map((clock) => ({
          intervalSeconds: integer(clock, 'interval'),
          parameterDefaults: json(clock, 'parameter_defaults'),
        })),
        timezone: optionalText(input, 'timezone'),
      },
      now(),
    );
    const flowGroupId = text(input, 'flow_group_id');
    return {
      success: await setFlowGroupSchedule(engine, viewer, {
        flowGroupId,
        schedule: storableJson('schedule', schedule),
      }),
    };
  },

  async delete_flow_group_schedule({ engine, viewer }, input) {
    const flowGroupId = text(input, 'flow_group_id');
    return { success: await setFlowGroupSchedule(engine, viewer, { flowGroupId, schedule: null }) };
  },
};

const update = async ({ engine, viewer }: Prefect1Context, input: Prefect1Input, changes: FlowGroupUpdate) => ({
  success: await updateFlowGroup(engine.database, visibleTenant(viewer), text(input, 'flow_group_id'), changes),
});
