import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { openStreams } from '../../src/streams/streams.ts';

// Runs as a separate process, which ends only if no timer and no connection is left open.
const [url = '', flowRunId = ''] = process.argv.slice(2);
const database = await openDatabase({ url });
const streams = await openStreams(database);
const events = await streams.follow(`flowRunStates:${flowRunId}`);
await events.next();
const waiting = events.next();
await streams.follow(`flowRunLogs:${flowRunId}`);
await streams.close();
await database.close();
if (!(await waiting).done) throw new Error('the stream went on after close');
