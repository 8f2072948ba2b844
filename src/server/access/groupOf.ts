import type { IncomingMessage } from 'node:http';
import type { Viewer } from '../../core/values/viewer.ts';

/**
 * Returns the group whose share of the connections a request uses: its tenant. On a server that is open to all, every
 * client has the same tenant, so the address tells them apart.
 */
export const groupOf = (viewer: Viewer, { socket }: IncomingMessage): string =>
  viewer.ofEveryTenant ? `address ${socket.remoteAddress}` : viewer.tenantId;
