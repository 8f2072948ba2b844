import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Program } from '../race/serverProcess.ts';

export const RECORDINGS = path.resolve(import.meta.dirname, '../fixtures/recorded-runs');

export interface FlowqlProcess {
  /** What it has written so far. */
  stdout: string;
  stderr: string;
  /** Its exit code. */
  ended: Promise<number>;
  /** Reads no further, as `head` does when it has its lines. */
  stopReading(): void;
}

/** `flowql` with these arguments, as somebody types it. */
export function startFlowql(program: Program, ...args: string[]): FlowqlProcess {
  const child = spawn(process.execPath, [program.path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const started: FlowqlProcess = {
    stdout: '',
    stderr: '',
    ended: once(child, 'close').then(([code]) => code),
    stopReading: () => void child.stdout.destroy(),
  };
  child.stdout.on('data', (text) => {
    started.stdout += text;
  });
  child.stderr.on('data', (text) => {
    started.stderr += text;
  });
  return started;
}

/** The id that `flowql replay` says first. */
export const flowRunIdOf = ({ stdout }: FlowqlProcess): string | null => /^flow run (\S+)/m.exec(stdout)?.[1] ?? null;
