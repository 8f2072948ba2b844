import type { Flow, FlowRunInput, Log } from '../../core/runs/run.ts';
import type { DeploymentSchedule } from '../../core/schedules/deploymentSchedule.ts';
import type { Worker, WorkQueue } from '../../core/workPools/workPool.ts';
import type { LeanDeployment } from '../../store/deployments/deployments.ts';
import type { LeanFlowRunState } from '../../store/flowRuns/flowRunStates.ts';
import type { LeanFlowRun } from '../../store/flowRuns/flowRuns.ts';
import type { LeanTaskRunState } from '../../store/taskRuns/taskRunStates.ts';
import type { LeanTaskRun } from '../../store/taskRuns/taskRuns.ts';
import type { LeanWorkPool } from '../../store/workPools/workPools.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connectionOf.ts';

// The object types refer to each other in circles. This file declares them; each is implemented in its own file.

export const FlowType = builder.objectRef<Flow>('Flow');
export const DeploymentType = builder.objectRef<LeanDeployment>('Deployment');
export const DeploymentScheduleType = builder.objectRef<DeploymentSchedule>('DeploymentSchedule');
export const WorkPoolType = builder.objectRef<LeanWorkPool>('WorkPool');
export const WorkQueueType = builder.objectRef<WorkQueue>('WorkQueue');
export const WorkerType = builder.objectRef<Worker>('Worker');
export const FlowRunType = builder.objectRef<LeanFlowRun>('FlowRun');
export const FlowRunStateType = builder.objectRef<LeanFlowRunState>('FlowRunState');
export const FlowRunInputType = builder.objectRef<FlowRunInput>('FlowRunInput');
export const TaskRunType = builder.objectRef<LeanTaskRun>('TaskRun');
export const TaskRunStateType = builder.objectRef<LeanTaskRunState>('TaskRunState');
export const LogType = builder.objectRef<Log>('Log');

export const FlowConnection = connectionOf(FlowType, 'flows');
export const DeploymentConnection = connectionOf(DeploymentType, 'deployments');
export const WorkPoolConnection = connectionOf(WorkPoolType, 'work pools');
export const WorkQueueConnection = connectionOf(WorkQueueType, 'work queues');
export const WorkerConnection = connectionOf(WorkerType, 'workers');
export const FlowRunConnection = connectionOf(FlowRunType, 'flow runs');
export const FlowRunStateConnection = connectionOf(FlowRunStateType, 'states of a flow run');
export const FlowRunInputConnection = connectionOf(FlowRunInputType, 'inputs of a flow run');
export const TaskRunConnection = connectionOf(TaskRunType, 'task runs');
export const TaskRunStateConnection = connectionOf(TaskRunStateType, 'states of a task run');
export const LogConnection = connectionOf(LogType, 'log lines');
