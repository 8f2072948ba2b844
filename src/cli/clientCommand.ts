import { Command, InvalidArgumentError, Option } from 'commander';
import { localServerUrl } from '../config.ts';
import { Problem } from '../core/values/problem.ts';
import { printable } from './printable.ts';
import type { ResendingClient } from './resendingClient.ts';

/** The options of commands that connect to a server. */
export interface ClientOptions {
  url: string;
  apiKey?: string;
}

/** By default, a command connects to the server that `flowql serve` starts with the same environment. */
export const clientCommand = (name: string): Command =>
  new Command(name)
    .addOption(
      new Option('--url <url>', 'GraphQL endpoint of the server')
        .env('FLOWQL_URL')
        .argParser(httpUrl)
        .default(localServerUrl(), 'the address that FLOWQL_HOST and FLOWQL_PORT give to `flowql serve`'),
    )
    .addOption(new Option('--api-key <key>', 'API key, if the server requires one').env('FLOWQL_API_KEY'));

/**
 * Throws NOT_FOUND if the address answers GraphQL, but is no FlowQL server: 4200 is also the port of Prefect's servers.
 * Asked before the first mutation, so that a recording is not written into the wrong server.
 */
export async function checkServer({ send }: ResendingClient, url: string): Promise<void> {
  const { type } = await send<{ type: object | null }>(
    '{ type: __type(name: "ReportTaskRunStatesInput") { name } }',
    {},
  );
  if (type === null) throw new Problem('NOT_FOUND', `The GraphQL server at ${url} is not a FlowQL server.`);
}

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
    console.error(printable(isFileError(error) ? fileFault(error) : error.message));
    process.exitCode = 2;
  }
}

/**
 * Exits when the reader of our pipe has closed it, as in `flowql watch RUN | head`. The exit code is that of a program
 * that SIGPIPE ends: 0 would say that the run completed.
 */
function leave(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(141);
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
