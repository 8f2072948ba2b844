import { waitFor } from '../../../support/waitFor.ts';
import type { Api } from '../api.ts';

/** Returns the events of a subscription from the beginning up to the newest stored state. */
export const flowqlEvents =
  (watch: Api['watchFlowRunStates'], statesOf: Api['flowRunStates']): Api['flowRunEvents'] =>
  async (id) => {
    const newest = (await statesOf(id)).at(-1)?.id;
    const events: { stateId: string; name: string }[] = [];
    const watched = await watch(id, (state) => events.push({ stateId: state.id, name: state.name }));
    await waitFor(() => watched.error !== null || events.some(({ stateId }) => stateId === newest));
    await watched.close();
    if (watched.error) throw watched.error;
    return events;
  };
