import type { Api } from './api.ts';
import { sleep } from './moments.ts';

/** What a subscription from the beginning tells within half a second. */
export const flowqlEvents =
  (watch: Api['watchFlowRunStates']): Api['flowRunEvents'] =>
  async (id) => {
    const events: { stateId: string; name: string }[] = [];
    const watched = await watch(id, (state) => events.push({ stateId: state.id, name: state.name }));
    await sleep(500);
    await watched.close();
    if (watched.error) throw watched.error;
    return events;
  };
