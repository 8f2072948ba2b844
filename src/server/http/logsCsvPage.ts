import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isUuid } from '../../core/values/uuid.ts';
import type { Database, Queryable } from '../../store/connection/database.ts';
import { flowRunsById } from '../../store/flowRuns/flowRuns.ts';
import { linesByTime, type ReadSize } from '../../store/runs/logs.ts';
import type { Authentication } from '../access/authentication.ts';
import { groupOf } from '../access/groupOf.ts';
import { RequestFault } from '../observing/clientError.ts';
import { SAFE_HEADERS } from './answer.ts';
import { GoneClient } from './goneClient.ts';
import { csvHeader, csvRows } from './logsCsv.ts';

const PATH = /^\/flow-runs\/([^/]+)\/logs\.csv$/;

export const isLogsCsvPath = (path: string): boolean => PATH.test(path);

const AT_ONCE: ReadSize = { rows: 500, bytes: 250_000 };
/** A client that reads nothing for this long counts as gone. */
const STALLED_MS = 60_000;

/**
 * Sends all log lines of a flow run as a CSV file, in pieces of a quarter of a megabyte. The next piece is read from
 * the database when the client has received the last one. Throws a Problem for a request that it rejects.
 */
export const createLogsCsvPage =
  (database: Database, authentication: Authentication) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const viewer = await authentication.viewerOf(request.headers.authorization, request.socket.remoteAddress);
    const { tenantId } = viewer;
    const gone = new GoneClient(response);
    const reads = database.reads({ group: groupOf(viewer, request), gone });
    const [, id = ''] = PATH.exec((request.url ?? '').split('?', 1)[0] ?? '') ?? [];
    const [run] = isUuid(id) ? await flowRunsById(reads, tenantId, [id.toLowerCase()], { wide: false }) : [];
    if (!run) throw new RequestFault(404, 'NOT_FOUND', `Flow run with id ${id.slice(0, 100)} not found`);

    response.writeHead(200, {
      ...SAFE_HEADERS,
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="flow-run-logs.csv"; filename*=UTF-8''${percentEncoded(`${run.name}-logs.csv`)}`,
    });
    if (request.method === 'HEAD') return void response.end();
    response.setTimeout(STALLED_MS, () => response.destroy());
    try {
      await pipeline(Readable.from(csvText(reads, run.id), { highWaterMark: 1 }), response);
    } catch (error) {
      if (!hasLeft(error) && !gone.aborted) throw error;
    }
  };

async function* csvText(database: Queryable, flowRunId: string): AsyncGenerator<string, void, void> {
  yield csvHeader();
  for await (const lines of linesByTime(database, flowRunId, AT_ONCE)) yield csvRows(lines);
}

/** Encodes all marks, like Python's `quote`. https://datatracker.ietf.org/doc/html/rfc5987#section-3.2.1 */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

const hasLeft = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
