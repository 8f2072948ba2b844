import { request } from './server.mjs';

const RUNS = 100;
const TASK_RUNS = 20;
const STATES = ['PENDING', 'RUNNING', 'COMPLETED'];

/** Creates the runs of the page through the API. */
export async function seedPage(url) {
  const { createFlow } = await request(url, 'mutation { createFlow(input: { name: "page" }) { flow { id } } }');
  for (let run = 0; run < RUNS; run++) await seedRun(url, createFlow.flow.id);
}

async function seedRun(url, flowId) {
  const { createFlowRun } = await request(
    url,
    `mutation Create($flowId: ID!) {
      createFlowRun(input: { flowId: $flowId, tags: ["nightly", "bench"] }) { flowRun { id } }
    }`,
    { flowId },
  );
  const flowRunId = createFlowRun.flowRun.id;
  const begun = Date.now();
  const states = Array.from({ length: TASK_RUNS }, (_, task) =>
    STATES.map((type, step) => ({
      flowRunId,
      taskKey: `extract-${task}`,
      dynamicKey: '0',
      name: `extract-${task}-0`,
      state: { type, message: `step ${step}`, timestamp: new Date(begun + task * 10 + step).toISOString() },
    })),
  ).flat();
  await request(
    url,
    `mutation Finish($flowRunId: ID!, $states: [TaskRunReportInput!]!) {
      start: setFlowRunState(input: { flowRunId: $flowRunId, state: { type: RUNNING } }) { verdict }
      reportTaskRunStates(input: { states: $states }) { rejected { message } }
      finish: setFlowRunState(input: { flowRunId: $flowRunId, state: { type: COMPLETED, message: "done" } }) { verdict }
    }`,
    { flowRunId, states },
  );
}
