import type { BulkProgress } from '../../streams/bulkProgress.ts';
import type { Engine } from '../writing/engine.ts';
import type { BulkWorker } from './bulkWorker.ts';

/** What use cases on bulk jobs work with. */
export interface BulkEngine extends Engine {
  bulkWorker: BulkWorker;
  bulkProgress: BulkProgress;
}
