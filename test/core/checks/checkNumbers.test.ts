import { describe, expect, test } from 'vitest';
import { checkFlowRunPolicy, checkLogLevel, checkTaskRunPolicy } from '../../../src/core/checks/checkNumbers.ts';
import { refused } from '../refused.ts';

const NOT_A_RETRY = '`policy.retries` must be between 0 and 1,000,000.';
const NOT_A_DELAY = 'must be between 0 and 31,622,400.';

describe('the policy of a flow run', () => {
  test.each([
    {},
    { retries: null, retryDelaySeconds: null },
    { retries: 0, retryDelaySeconds: 0 },
    { retries: 1_000_000, retryDelaySeconds: 31_622_400 },
    { retryDelaySeconds: 0.5 },
  ])('a flow run policy may be %j', (policy) => expect(() => checkFlowRunPolicy('policy', policy)).not.toThrow());
  test.each([
    [{ retries: -1 }, NOT_A_RETRY],
    [{ retries: 1_000_001 }, NOT_A_RETRY],
    [{ retries: 1.5 }, '`policy.retries` must be a whole number.'],
    [{ retries: Number.NaN }, '`policy.retries` must be a whole number.'],
    [{ retryDelaySeconds: -0.1 }, `\`policy.retryDelaySeconds\` ${NOT_A_DELAY}`],
    [{ retryDelaySeconds: Number.NaN }, `\`policy.retryDelaySeconds\` ${NOT_A_DELAY}`],
    [{ retryDelaySeconds: 31_622_401 }, `\`policy.retryDelaySeconds\` ${NOT_A_DELAY}`],
  ])('a flow run policy may not be %j', (policy, message) =>
    expect(refused(() => checkFlowRunPolicy('policy', policy))).toBe(message),
  );
});

describe('the policy of a task run', () => {
  const delays = (count: number) => Array.from({ length: count }, () => 1);
  test.each([
    {},
    { retries: null, retryJitterFactor: null, retryDelaySeconds: [] },
    { retries: 3, retryJitterFactor: 0, retryDelaySeconds: [0, 1.5] },
    { retryJitterFactor: 1000, retryDelaySeconds: delays(50) },
  ])('a task run policy is accepted: case %#', (policy) =>
    expect(() => checkTaskRunPolicy('policy', policy)).not.toThrow(),
  );
  test.each([
    [{ retries: -1 }, NOT_A_RETRY],
    [{ retryDelaySeconds: delays(51) }, 'Can not configure more than 50 retry delays per task.'],
    [{ retryDelaySeconds: [1, -1] }, `\`policy.retryDelaySeconds[1]\` ${NOT_A_DELAY}`],
    [{ retryJitterFactor: -0.1 }, '`policy.retryJitterFactor` must be between 0 and 1,000.'],
    [{ retryJitterFactor: 1001 }, '`policy.retryJitterFactor` must be between 0 and 1,000.'],
  ])('a task run policy is rejected: $1', (policy, message) =>
    expect(refused(() => checkTaskRunPolicy('policy', policy))).toBe(message),
  );
});

test.each([0, 20, 32_767])('the level of a log line may be %d', (level) =>
  expect(() => checkLogLevel('level', level)).not.toThrow(),
);
test.each([
  [-1, '`level` must be between 0 and 32,767.'],
  [32_768, '`level` must be between 0 and 32,767.'],
  [20.5, '`level` must be a whole number.'],
])('the level of a log line may not be %d', (level, message) =>
  expect(refused(() => checkLogLevel('level', level))).toBe(message),
);
