import { once } from 'node:events';
import { createServer } from 'node:http';

const PENDING = {
  type: 'Pending',
  message: 'Task run created',
  _result: { type: 'NoResultType' },
  context: {},
  cached_inputs: {},
};
const ID = '00000000-0000-0000-0000-000000000001';
const accepted = { states: [{ id: ID, status: 'SUCCESS', message: null }] };
const success = { success: true };

/**
 * Starts a server that answers every request of a Prefect 1 runner immediately and stores nothing.
 * @param flowRun the answer to `flow_run_by_pk`
 * @param first runs with each request body before the answer is sent
 */
export async function startStub(flowRun, first = async () => {}) {
  // By the name of the field that the document selects.
  const answers = Object.entries({
    get_or_create_task_run_info: { id: ID, version: 0, serialized_state: PENDING },
    set_task_run_states: accepted,
    set_flow_run_states: accepted,
    write_run_logs: success,
    update_flow_run_heartbeat: success,
    flow_run_by_pk: flowRun,
  }).map(([field, answer]) => [field, JSON.stringify({ data: { [field]: answer } })]);

  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const [, answer] = answers.find(([field]) => body.includes(field)) ?? [];
    await first(body);
    if (!answer) response.statusCode = 400;
    response.setHeader('content-type', 'application/json').end(answer ?? body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
