import { count } from '../../core/checks/checkText.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Prefect1Input } from './readInput.ts';

/**
 * The most values in each list of the mutations' inputs. Prefect 1's server has no such limits, so they are far above
 * what its clients send: the states of one task run, the labels of one agent.
 */
const LIST_MAXIMA: { readonly [input: string]: { readonly [field: string]: number } } = {
  create_flow_run_input: { labels: LIMITS.labels },
  set_flow_run_labels_input: { labels: LIMITS.labels },
  set_flow_group_labels_input: { labels: LIMITS.labels },
  register_agent_input: { labels: LIMITS.labels },
  get_runs_in_queue_input: { labels: LIMITS.labels },
  set_flow_group_schedule_input: { cron_clocks: 100, interval_clocks: 100 },
  create_cloud_hook_input: { states: 100 },
  // The user interface cancels all late runs with one request.
  set_flow_run_states_input: { states: 5_000 },
  set_task_run_states_input: { states: 5_000 },
  // Prefect 1.4.1 counts at least 298 characters for a line and ends a batch at 3,000,000: 10,068 lines. More lines of all
  // fields would have more values than a request may have.
  write_run_logs_input: { logs: 11_000 },
};

/** Returns the maximum of a list in an input. Throws if the table above has none, so that no list is without one. */
export function listMaximum(input: string, field: string): number {
  const max = LIST_MAXIMA[input]?.[field];
  if (max === undefined) throw new Error(`The list ${input}.${field} has no maximum.`);
  return max;
}

export const listMaximumText = (input: string, field: string): string =>
  `At most ${count(listMaximum(input, field))} values; more fail with LIMIT_EXCEEDED.`;

/** Throws LIMIT_EXCEEDED for a list that is too long. */
export function checkListMaxima(inputName: string, input: Prefect1Input): void {
  for (const [field, max] of Object.entries(LIST_MAXIMA[inputName] ?? {})) {
    const value = input[field];
    if (Array.isArray(value) && value.length > max)
      throw new Problem('LIMIT_EXCEEDED', `\`${field}\` can have at most ${count(max)} values.`, { field, max });
  }
}
