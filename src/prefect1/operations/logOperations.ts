import { writePrefect1Logs } from '../../actions/prefect1Runs/writePrefect1Logs.ts';
import type { Prefect1Operations } from './prefect1Context.ts';
import { inputs, json, optionalInstant, optionalText, text } from './readInput.ts';

/** Log lines. */
export const logOperations: Prefect1Operations = {
  write_run_logs: async ({ engine, viewer }, input) => {
    const logs = inputs(input, 'logs').map((one) => ({
      flowRunId: text(one, 'flow_run_id'),
      taskRunId: optionalText(one, 'task_run_id'),
      timestamp: optionalInstant(one, 'timestamp'),
      message: optionalText(one, 'message'),
      name: optionalText(one, 'name'),
      level: optionalText(one, 'level'),
      info: json(one, 'info'),
    }));
    await writePrefect1Logs(engine, viewer, logs);
    return { success: true };
  },
};
