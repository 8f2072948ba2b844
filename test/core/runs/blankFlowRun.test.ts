import { expect, test } from 'vitest';
import { blankFlowRun } from '../../../src/core/runs/blankFlowRun.ts';
import { NO_FLOW_RUN_POLICY } from '../../../src/core/runs/run.ts';
import { NOON } from '../given.ts';

const REQUIRED = { id: 'run', tenantId: 'tenant', flowId: 'flow', name: 'quiet-otter' };

test('the missing fields of a new flow run have their defaults', () => {
  expect(blankFlowRun(REQUIRED, {}, NOON)).toMatchObject({
    ...REQUIRED,
    created: NOON,
    updated: NOON,
    deploymentId: null,
    parentTaskRunId: null,
    flowVersion: null,
    parameters: {},
    context: {},
    policy: NO_FLOW_RUN_POLICY,
    tags: [],
    labels: { 'prefect.flow.id': 'flow' },
    jobVariables: {},
    idempotencyKey: null,
    workQueueId: null,
    autoScheduled: false,
    version: 1,
    runCount: 0,
  });
});

test('the fields of a new flow run are those that it was given', () => {
  const given = {
    deploymentId: 'deployment',
    parentTaskRunId: 'parent',
    flowVersion: '3',
    parameters: { x: 1 },
    context: { y: 2 },
    tags: ['a'],
    jobVariables: { z: 3 },
    idempotencyKey: 'key',
    workQueueId: 'queue',
    autoScheduled: true,
  };
  expect(blankFlowRun({ ...REQUIRED, ...given, policy: { retries: 2 } }, {}, NOON)).toMatchObject({
    ...given,
    policy: { ...NO_FLOW_RUN_POLICY, retries: 2 },
  });
});

test('an empty idempotency key of a new flow run is no key', () => {
  expect(blankFlowRun({ ...REQUIRED, idempotencyKey: '' }, {}, NOON).idempotencyKey).toBe(null);
});

test('a flow run inherits labels, is labelled with its flow and deployment, and its own labels win', () => {
  const given = { ...REQUIRED, deploymentId: 'deployment', labels: { b: 2, 'prefect.flow.id': 'mine' } };
  expect(blankFlowRun(given, { a: 1, b: 1 }, NOON).labels).toEqual({
    a: 1,
    b: 2,
    'prefect.flow.id': 'mine',
    'prefect.deployment.id': 'deployment',
  });
});
