import type { Role } from '../../../src/core/values/viewer.ts';

/**
 * The least role of an API key that may use each root field. A field that is missing here fails the test: decide who may
 * use it, and add it. NO_KEY: no key may use it, only the clients of a server without keys.
 */
export const FIELD_ROLES: { readonly [operation: string]: { readonly [Least in Role | 'NO_KEY']?: string } } = {
  query: {
    READER: `
      node flowById deployment deploymentByName deployments workPool workPoolByName workPools workQueue
      workQueueByName workQueues concurrencyLimit concurrencyLimits flowRunState taskRunState flowRun flowRuns
      flowRunCount taskRun taskRuns taskRunCount bulkJob bulkJobs flowRunPage taskRunPage flowRunHistory
      taskRunHistory averageFlowRunLateness

      nodes flows logs hello reference_data api mapped_children get_task_run_info agent agent_aggregate agent_by_pk
      agent_config agent_config_aggregate agent_config_by_pk cloud_hook cloud_hook_aggregate cloud_hook_by_pk edge
      edge_aggregate edge_by_pk flow flow_aggregate flow_by_pk flow_group flow_group_aggregate flow_group_by_pk
      flow_run flow_run_aggregate flow_run_by_pk flow_run_state flow_run_state_aggregate flow_run_state_by_pk log
      log_aggregate message message_aggregate message_by_pk project project_aggregate project_by_pk task
      task_aggregate task_by_pk task_run task_run_aggregate task_run_artifact task_run_artifact_aggregate
      task_run_artifact_by_pk task_run_by_pk task_run_state task_run_state_aggregate task_run_state_by_pk tenant
      tenant_aggregate tenant_by_pk utility_downstream_tasks utility_downstream_tasks_aggregate utility_traversal
      utility_traversal_aggregate utility_upstream_tasks utility_upstream_tasks_aggregate`,
  },
  mutation: {
    WRITER: `
      createFlow createDeployment updateDeployment deleteDeployment createDeploymentSchedule
      updateDeploymentSchedule deleteDeploymentSchedule createWorkPool updateWorkPool deleteWorkPool
      createWorkQueue updateWorkQueue deleteWorkQueue workerHeartbeat pollWorkPool deleteWorker
      setDeploymentConcurrencyLimit createConcurrencyLimit updateConcurrencyLimit deleteConcurrencyLimit
      resetConcurrencyLimit renewConcurrencyLease createFlowRun updateFlowRun renameFlowRun updateFlowRunLabels
      deleteFlowRun deleteFlowRunLogs createFlowRunFromDeployment createFlowRunInput deleteFlowRunInput writeLogs
      createTaskRun reportTaskRunStates renameTaskRun deleteTaskRun setFlowRunState setTaskRunState cancelFlowRun
      resumeFlowRun bulkSetFlowRunState bulkDeleteFlowRuns

      update_tenant_name update_tenant_slug update_tenant_settings create_project delete_project set_project_name
      set_project_description create_flow create_flow_from_compressed_string register_tasks register_edges
      delete_flow archive_flow update_flow_project set_schedule_active set_schedule_inactive enable_flow_heartbeat
      disable_flow_heartbeat enable_flow_lazarus_process disable_flow_lazarus_process delete_flow_group
      set_flow_group_description set_flow_group_labels set_flow_group_run_config set_flow_group_schedule
      delete_flow_group_schedule set_flow_group_default_parameters create_flow_run delete_flow_run
      set_flow_run_name set_task_run_name set_flow_run_labels get_or_create_task_run get_or_create_task_run_info
      update_flow_run_heartbeat update_task_run_heartbeat get_runs_in_queue set_flow_run_states set_task_run_states
      cancel_flow_run write_run_logs create_task_run_artifact update_task_run_artifact delete_task_run_artifact
      register_agent delete_agent create_agent_config update_agent_config delete_agent_config create_cloud_hook
      test_cloud_hook delete_cloud_hook set_cloud_hook_active set_cloud_hook_inactive mark_message_as_read
      mark_message_as_unread delete_message`,
    ADMIN: 'delete_tenant',
    NO_KEY: 'create_tenant',
  },
  subscription: {
    READER: `
      bulkJobProgress flowRunStates taskRunStates logs scheduledTaskRuns flowRunChanges`,
  },
};
