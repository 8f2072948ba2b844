import { once } from 'node:events';
import path from 'node:path';
import type { Program } from '../support/program.ts';
import { startNode } from '../support/startNode.ts';

export const RECORDINGS = path.resolve(import.meta.dirname, '../fixtures/recorded-runs');

export interface FlowqlProcess {
  /** The output so far. */
  stdout: string;
  stderr: string;
  /** The exit code. */
  ended: Promise<number>;
  /** Stops reading the output, as `head` does after its lines. */
  stopReading(): void;
  /** Stops the process until it continues. */
  pause(): void;
  resume(): void;
}

/** Starts `flowql` with these arguments. */
export function startFlowql(program: Program, ...args: string[]): FlowqlProcess {
  const child = startNode([program.path, ...args]);
  const started: FlowqlProcess = {
    stdout: '',
    stderr: '',
    ended: once(child, 'close').then(([code]) => code),
    stopReading: () => void child.stdout.destroy(),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
  child.stdout.on('data', (text) => {
    started.stdout += text;
  });
  child.stderr.on('data', (text) => {
    started.stderr += text;
  });
  return started;
}

/** Returns the id that `flowql replay` prints first. */
export const flowRunIdOf = ({ stdout }: FlowqlProcess): string | null => /^flow run (\S+)/m.exec(stdout)?.[1] ?? null;
