import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import type { Config } from '../config.ts';
import { Problem } from '../core/values/problem.ts';

type Address = Pick<Config, 'host' | 'port'>;

/** Resolves when the server listens. Throws a Problem if the address is taken or invalid. */
export function listening(server: Server, { host, port }: Address): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const known = FAULTS[error.code ?? ''];
      reject(known ? new Problem('FAILED_PRECONDITION', `Cannot listen on ${host}:${port}: ${known}`) : error);
    });
    // The address of a server that listens on a port is an AddressInfo.
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

/** Throws the Problem that `listening` would throw now. A start asks for it before it touches the database. */
export async function checkAddress(address: Address): Promise<void> {
  const probe = createServer();
  await listening(probe, address);
  await new Promise((resolve) => probe.close(resolve));
}

const FAULTS: { [code: string]: string } = {
  EADDRINUSE: 'the port is already in use. Choose another port with FLOWQL_PORT or --port.',
  EACCES: 'permission denied. Choose another port with FLOWQL_PORT or --port.',
  EADDRNOTAVAIL: 'this machine does not have the address. Choose another one with FLOWQL_HOST or --host.',
  ENOTFOUND: 'the host name cannot be resolved. Choose another one with FLOWQL_HOST or --host.',
};
