import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { StateType } from '../core/runs/state.ts';
import { type ClientOptions, clientCommand, exitWith } from './clientCommand.ts';
import { printable, printableJson, printableLine } from './printable.ts';
import { watch } from './watch.ts';
import type { WatchedEvent, WatchedTaskRun } from './watchedStreams.ts';

interface WatchCommandOptions extends ClientOptions {
  follow: boolean;
  json: boolean;
}

const EXIT_CODES = `
Exit codes:
  0  the run completed
  1  the run ended in another state: failed, crashed or cancelled
  2  the run could not be followed: no server, no such run, no permission, or a wrong option`;

export const watchCommand = (): Command =>
  clientCommand('watch')
    .description("print a flow run's states, its task runs' states and its logs live until it ends")
    .addHelpText('after', EXIT_CODES)
    .argument('<run>', 'id of the flow run')
    .option('--follow', 'continue after the run has ended', false)
    .option('--json', 'print events as JSON lines', false)
    .action((flowRunId: string, options: WatchCommandOptions) => exitWith(() => watchRun(flowRunId, options)));

async function watchRun(flowRunId: string, { url, apiKey, follow, json }: WatchCommandOptions): Promise<number> {
  const describe = json ? printableJson : describeEvent;
  const last = await watch({
    flowRunId,
    url,
    apiKey,
    follow,
    onEvent: (event) => console.log(describe(event)),
    onOutage: (reason) => console.error(`${printableLine(reason)}; reconnecting`),
  });
  return last === 'COMPLETED' ? 0 : 1;
}

type Style = Parameters<typeof styleText>[0];

const STATE_STYLES: Record<StateType, Style> = {
  SCHEDULED: 'yellow',
  PENDING: 'gray',
  RUNNING: 'blue',
  COMPLETED: 'green',
  FAILED: 'red',
  CANCELLED: 'magenta',
  CRASHED: 'red',
  PAUSED: 'yellow',
  CANCELLING: 'magenta',
};
/** Python's log levels: the lowest number, the name and the style of each. */
const LEVELS: [from: number, name: string, style: Style][] = [
  [50, 'CRITICAL', 'red'],
  [40, 'ERROR', 'red'],
  [30, 'WARNING', 'yellow'],
  [20, 'INFO', 'gray'],
  [0, 'DEBUG', 'gray'],
];

type StateEvent = Exclude<WatchedEvent, { stream: 'logs' }>;

/** Formats an event: time, state type or log level, subject, text. In colour on a terminal. */
function describeEvent(event: WatchedEvent): string {
  const gap = event.skipped > 0 ? `${event.skipped} earlier events could not be delivered\n` : '';
  return gap + (event.stream === 'logs' ? describeLog(event) : describeState(event));
}

function describeState(event: StateEvent): string {
  const { type, name, message, timestamp } = event.state;
  return columns(timestamp, type, STATE_STYLES[type], subjectOf(event), message ? `${name}: ${message}` : name);
}

function subjectOf(event: StateEvent): string {
  if (event.stream === 'flowRunStates') return 'flow run';
  return event.taskRun ? taskRunName(event.taskRun) : 'a deleted task run';
}

function describeLog({ log }: WatchedEvent & { stream: 'logs' }): string {
  const [, name, style] = LEVELS.find(([from]) => log.level >= from) ?? [0, String(log.level), 'gray' as const];
  return columns(log.timestamp, name, style, log.name, log.message);
}

function columns(timestamp: string, kind: string, style: Style, subject: string, text: string): string {
  const time = timestamp.slice(11, 23); // hours to milliseconds of RFC 3339
  return `${coloured('gray', time)}  ${coloured(style, kind.padEnd(10))}  ${printableLine(subject).padEnd(24)}  ${printable(text)}`;
}

const coloured = (style: Style, text: string): string =>
  process.stdout.isTTY && process.stdout.hasColors() ? styleText(style, text) : text;

/** Omits the dynamic key -1, which Prefect 1 gives to the run of a task that is not mapped. */
const taskRunName = ({ taskKey, dynamicKey }: WatchedTaskRun): string =>
  dynamicKey === '-1' ? taskKey : `${taskKey}[${dynamicKey}]`;
