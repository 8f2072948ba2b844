import type { Deployment } from '../core/run.ts';
import { readById } from './readById.ts';
import { deploymentColumns } from './rows.ts';

export const deploymentsById = readById<Deployment, Deployment, never>({
  name: 'deployments',
  table: 'deployment',
  ofTenant: 'x.tenant_id = $2',
  columns: deploymentColumns,
  wide: [],
  fromRow: (row) => row,
});
