import { type Api, ApiError } from '../api.ts';
import type { State } from '../values.ts';
import { STATE } from './flowqlFields.ts';
import { refusal } from './flowqlRequest.ts';

const DOCUMENT = `subscription ($id: ID!) { event: flowRunStates(flowRunId: $id) { state { ${STATE} } } }`;

/** Subscribes by server-sent events. */
export const flowqlWatch =
  (url: string): Api['watchFlowRunStates'] =>
  async (id, each) => {
    const abort = new AbortController();
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const body = JSON.stringify({ query: DOCUMENT, variables: { id } });
    const response = await fetch(url, { method: 'POST', headers, body, signal: abort.signal });
    const watched: { error: Error | null; close(): Promise<void> } = {
      error: null,
      async close() {
        abort.abort();
        await reading;
      },
    };
    const reading = readEvents(response, each).catch((error: Error) => {
      if (error.name !== 'AbortError') watched.error = error;
    });
    return watched;
  };

async function readEvents(response: Response, each: (state: State) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  const reader = response.body?.getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) break;
    text += decoder.decode(chunk.value, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) onMessage(event, each);
  }
  onMessage(text, each);
}

/** An event of the stream. A subscription that is rejected immediately is answered in plain JSON. */
function onMessage(event: string, each: (state: State) => void): void {
  const data = event.startsWith('{') ? event : /^data: ?(.+)$/m.exec(event)?.[1];
  if (!data) return;
  const { data: result, errors } = JSON.parse(data);
  if (errors?.[0]) throw refusal(errors[0]);
  if (!result?.event) throw new ApiError('internal', `no event in ${data}`);
  each(result.event.state);
}
