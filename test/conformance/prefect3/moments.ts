import { randomUUID } from 'node:crypto';

export const uuid = (): string => randomUUID();
export const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
export const inSeconds = (seconds: number): string => iso(Date.now() + seconds * 1000);
export const milliseconds = (time: string | null | undefined): number => Date.parse(time ?? '');

const prefix = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
let counter = 0;
/** Returns an unused name on any server. */
export const unique = (name: string): string => {
  counter += 1;
  return `${name}-${prefix}-${counter}`;
};
