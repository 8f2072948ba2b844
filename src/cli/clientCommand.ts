import { Command, InvalidArgumentError, Option } from 'commander';
import { Problem } from '../core/values/problem.ts';

/** Options of every command that speaks to a server. */
export interface ClientOptions {
  url: string;
  apiKey?: string;
}

export const clientCommand = (name: string): Command =>
  new Command(name)
    .addOption(
      new Option('--url <url>', 'the GraphQL endpoint of the server')
        .default('http://127.0.0.1:4200/graphql')
        .argParser(httpUrl),
    )
    .option('--api-key <key>', 'sent to a server that asks for one');

function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('It must begin with http:// or https://.');
  return text;
}

/** The work's result becomes the exit code; what the server or the file system refuses is said in one line, with code 2. */
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

/** Who read from our pipe has gone (`flowql watch RUN | head`): nobody is left to write to. */
function leave(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

const FILE_FAULTS: { [code: string]: string } = {
  ENOENT: 'There is no such file or directory',
  EISDIR: 'This is a directory, and a file is needed',
  ENOTDIR: 'A part of this path is a file, and no directory',
  EACCES: 'This user may not use the file or directory',
  EROFS: 'Nothing can be written there',
  ENOSPC: 'The disk is full',
};

function fileFault({ code = '', path, message }: NodeJS.ErrnoException): string {
  const known = FILE_FAULTS[code];
  return known ? `${known}${path ? `: ${path}` : '.'}` : message;
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;
