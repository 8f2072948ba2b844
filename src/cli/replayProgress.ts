import { Presets, SingleBar } from 'cli-progress';

export interface ReplayProgress {
  reach(played: number): void;
  /** Prints a line above the progress bar. */
  note(text: string): void;
  stop(): void;
}

/** Shows progress on stderr, so that stdout stays free for scripts: a bar on a terminal, otherwise a line per 10 %. */
export const replayProgress = (total: number): ReplayProgress => (process.stderr.isTTY ? bar(total) : lines(total));

/** Drawn at the first event, below all earlier output. */
function bar(total: number): ReplayProgress {
  const format = '{bar} {percentage}% | {value}/{total} events | {duration_formatted}';
  const single = new SingleBar({ format, hideCursor: true, stream: process.stderr }, Presets.shades_classic);
  return {
    reach(played) {
      if (single.isActive) single.update(played);
      else single.start(total, played);
    },
    note: (text) => process.stderr.write(`\r\x1b[K${text}\n`), // the bar draws itself again below
    stop: () => single.stop(),
  };
}

function lines(total: number): ReplayProgress {
  let tenths = 0;
  return {
    reach(played) {
      if (Math.floor((played * 10) / total) === tenths) return;
      tenths = Math.floor((played * 10) / total);
      console.error(`${played} of ${total} events`);
    },
    note: (text) => console.error(text),
    stop: () => {},
  };
}
