import { checkName } from '../../core/checks/checkText.ts';
import type { TaskRun } from '../../core/runs/run.ts';
import { Problem } from '../../core/values/problem.ts';
import { builder } from '../building/builder.ts';
import { TaskRunType } from '../building/objectTypes.ts';

const MOST_TASK_KEYS = 1_000;

const ScheduledTaskRunEvent = builder.objectRef<TaskRun>('ScheduledTaskRunEvent').implement({
  description: 'A background task run waits for a worker.',
  fields: (t) => ({
    taskRun: t.field({
      type: TaskRunType,
      description: 'The task run as it was found.',
      resolve: (taskRun) => taskRun,
    }),
  }),
});

builder.subscriptionField('scheduledTaskRuns', (t) =>
  t.field({
    type: ScheduledTaskRunEvent,
    description:
      'Background task runs for a worker: those without a flow run that are SCHEDULED and due, the longest due first, then ' +
      'each that comes to be. Every worker of a key is told of every task run; the one whose `setTaskRunState` to PENDING is ' +
      'accepted has it, the others are refused. A worker that connects again is told again of all that nobody has taken; ' +
      'one that leaves 1,000 untaken is told no more until some are taken. Prefect 3: the WebSocket ' +
      '`/task_runs/subscriptions/scheduled`.',
    args: {
      taskKeys: t.arg.stringList({
        required: true,
        description: `The keys of the tasks that the worker knows: at least 1 and at most ${MOST_TASK_KEYS}; fewer or more are BAD_USER_INPUT.`,
      }),
    },
    subscribe: (_, { taskKeys }, { engine, viewer }) => {
      if (taskKeys.length === 0 || taskKeys.length > MOST_TASK_KEYS)
        throw new Problem('BAD_USER_INPUT', `\`taskKeys\` must have 1 to ${MOST_TASK_KEYS} keys.`);
      for (const key of taskKeys) checkName('taskKeys', key);
      return engine.streams.followTasks(viewer.tenantId, taskKeys);
    },
    resolve: (taskRun) => taskRun,
  }),
);
