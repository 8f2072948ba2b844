import { expect, test } from 'vitest';
import { ClientSignal } from '../../../src/core/values/clientSignal.ts';

test('a signal tells its listeners once that the client has left, and none that were removed', () => {
  const signal = new ClientSignal();
  const told: string[] = [];
  const removed = () => void told.push('removed');
  signal.addEventListener('abort', () => void told.push('one'));
  signal.addEventListener('abort', removed);
  signal.addEventListener('abort', () => void told.push('two'));
  signal.removeEventListener('abort', removed);
  signal.removeEventListener('abort', removed);
  expect(signal.aborted).toBe(false);
  signal.abort();
  signal.abort();
  expect([signal.aborted, told]).toEqual([true, ['one', 'two']]);
});
