import { checkName, count } from '../../core/checks/checkText.ts';
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
      description: 'The task run, as the server read it.',
      resolve: (taskRun) => taskRun,
    }),
  }),
});

builder.subscriptionField('scheduledTaskRuns', (t) =>
  t.field({
    type: ScheduledTaskRunEvent,
    description:
      'Streams background task runs to a worker: those without a flow run that are SCHEDULED and due, longest due ' +
      'first, then each new one.\n' +
      '\n' +
      '- Every subscribed worker receives every task run. A worker takes a task run with `setTaskRunState` to ' +
      'PENDING, with `deferred: true`. The first request is accepted, the others get ABORT.\n' +
      '- A worker that reconnects receives all task runs again that have not been taken.\n' +
      '- A worker that leaves 1,000 received task runs untaken receives no more until some of them are taken.\n' +
      '\n' +
      'Prefect 3: the WebSocket `/task_runs/subscriptions/scheduled`.',
    args: {
      taskKeys: t.arg.stringList({
        required: true,
        description:
          `The keys of the tasks that the worker can run: at least 1 and at most ${count(MOST_TASK_KEYS)}. Fewer or ` +
          'more fail with BAD_USER_INPUT.',
      }),
    },
    subscribe: (_, { taskKeys }, { engine, viewer }) => {
      if (taskKeys.length === 0 || taskKeys.length > MOST_TASK_KEYS)
        throw new Problem('BAD_USER_INPUT', `\`taskKeys\` must have between 1 and ${count(MOST_TASK_KEYS)} keys.`);
      for (const key of taskKeys) checkName('taskKeys', key);
      return engine.streams.followTasks(viewer.tenantId, taskKeys);
    },
    resolve: (taskRun) => taskRun,
  }),
);
