import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type ClientOptions, checkServer, clientCommand, exitWith } from './clientCommand.ts';
import { printable, printableLine } from './printable.ts';
import { parseRecording, type RecordedEvent } from './recording.ts';
import { replay } from './replay.ts';
import { replayProgress } from './replayProgress.ts';
import { resendingClient } from './resendingClient.ts';
import { historyDifferences, historyOfRecording, historyOnServer } from './runHistory.ts';

interface ReplayCommandOptions extends ClientOptions {
  speed: number;
}

const SHOWN_OF_A_LIST = 10;

export const replayCommand = (): Command =>
  clientCommand('replay')
    .description('replay a recorded run through the API, then compare the data on the server with the file')
    .argument('<file>', 'recording in JSON lines: flow run states, task run states and logs, each with its time')
    .option('--speed <factor>', 'speed relative to the recording; 0 or max is as fast as possible', speedFrom, 1)
    .action((file: string, options: ReplayCommandOptions) => exitWith(() => replayFile(file, options)));

function speedFrom(text: string): number {
  if (text === 'max' || text === '0') return Number.POSITIVE_INFINITY;
  const speed = Number(text);
  if (!(speed > 0)) throw new InvalidArgumentError('It must be a number greater than 0, or max.');
  return speed;
}

/** Returns 0 if the data on the server matches the file afterwards, otherwise 1. */
async function replayFile(file: string, { speed, url, apiKey }: ReplayCommandOptions): Promise<number> {
  const { events, faults } = parseRecording(await readFile(file, 'utf8'));
  if (faults.length > 0) {
    printSome(`${file} is invalid, nothing was sent:`, faults);
    return 1;
  }
  const progress = replayProgress(events.length);
  const client = resendingClient({
    url,
    apiKey,
    onOutage: (reason) => progress.note(`${printableLine(reason)}; retrying`),
  });
  await checkServer(client, url);
  console.error(`replaying into ${url}`);
  const started = performance.now();
  const { flowRunId, refused } = await replay(client, events, {
    flowName: path.basename(file).split('.')[0] ?? file,
    speed,
    onRun: (id) => console.log(`flow run ${printableLine(id)}`),
    onProgress: progress.reach,
  }).finally(progress.stop);
  console.log(`played ${counts(events)} in ${((performance.now() - started) / 1000).toFixed(1)} s`);

  const differences = historyDifferences(historyOfRecording(events), await historyOnServer(client, flowRunId));
  if (refused.length > 0) printSome('The server rejected:', refused);
  if (differences.length > 0) printSome('The data on the server differs from the file:', differences);
  if (refused.length + differences.length > 0) return 1;
  console.log('the data on the server matches the file: every state and every log line, in order');
  return 0;
}

const KINDS = { flow_state: 'flow run states', task_state: 'task run states', log: 'log lines' } as const;

const counts = (events: RecordedEvent[]): string =>
  Object.entries(KINDS)
    .map(([kind, name]) => `${events.filter((event) => event.kind === kind).length} ${name}`)
    .join(', ');

function printSome(title: string, sentences: string[]): void {
  console.error(title);
  for (const sentence of sentences.slice(0, SHOWN_OF_A_LIST)) console.error(`  ${printable(sentence)}`);
  if (sentences.length > SHOWN_OF_A_LIST) console.error(`  and ${sentences.length - SHOWN_OF_A_LIST} more`);
}
