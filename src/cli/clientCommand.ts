import { Command, InvalidArgumentError, Option } from 'commander';
import { Problem } from '../core/values/problem.ts';

/** The options of commands that connect to a server. */
export interface ClientOptions {
  url: string;
  apiKey?: string;
}

export const clientCommand = (name: string): Command =>
  new Command(name)
    .addOption(
      new Option('--url <url>', 'GraphQL endpoint of the server')
        .default('http://127.0.0.1:4200/graphql')
        .argParser(httpUrl),
    )
    .option('--api-key <key>', 'API key, if the server requires one');

function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('It must start with http:// or https://.');
  return text;
}

/**
 * Sets the exit code to the result of `work`. Errors of the server and the file system are printed in one line, with
 * exit code 2.
 */
export async function exitWith(work: () => Promise<number>): Promise<void> {
  process.stdout.once('error', leave);
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof Problem) && !isFileError(error)) throw error;
    console.error(isFileError(error) ? fileFault(error) : error.message);
    process.exitCode = 2;
  }
}

/** Exits when the reader of our pipe has closed it, as in `flowql watch RUN | head`. */
function leave(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

const FILE_FAULTS: { [code: string]: string } = {
  ENOENT: 'No such file or directory',
  EISDIR: 'This is a directory, not a file',
  ENOTDIR: 'A part of this path is a file, not a directory',
  EACCES: 'Permission denied',
  EROFS: 'The file system is read-only',
  ENOSPC: 'No space left on the disk',
};

function fileFault({ code = '', path, message }: NodeJS.ErrnoException): string {
  const known = FILE_FAULTS[code];
  return known ? `${known}${path ? `: ${path}` : '.'}` : message;
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;
