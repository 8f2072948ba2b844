import type { CreatedFlowRun } from '../../actions/writing/createFlowRunBatch.ts';
import type { Context } from '../building/context.ts';

/** Keeps a run and its state, as they were written, for the fields of the response: none of them reads these rows again. */
export function rememberFlowRun<Created extends CreatedFlowRun>({ loaders }: Context, created: Created): Created {
  const { flowRun, state } = created;
  for (const loader of [loaders.flowRun, loaders.leanFlowRun]) loader.prime(flowRun.id, flowRun);
  if (state) for (const loader of [loaders.flowRunState, loaders.leanFlowRunState]) loader.prime(state.id, state);
  return created;
}
