import packageJson from '../../../package.json' with { type: 'json' };
import { PREFECT_1_COLORS, PREFECT_1_DESCENDANTS } from '../../core/prefect1/prefect1StateTree.ts';
import type { Prefect1Operations } from './prefect1Context.ts';

/** Queries that do not depend on data. */
export const referenceOperations: Prefect1Operations = {
  hello: async () => '👋',
  reference_data: async () => ({
    state_hierarchy: PREFECT_1_DESCENDANTS,
    state_info: Object.fromEntries(Object.entries(PREFECT_1_COLORS).map(([name, color]) => [name, { color }])),
  }),
  api: async () => ({
    backend: 'SERVER',
    mode: 'normal',
    version: packageJson.version,
    core_version: CORE_VERSION,
    release_timestamp: null,
  }),
};

/** The release of Prefect 1 that this dialect implements and is tested with. */
const CORE_VERSION = '1.4.1';
