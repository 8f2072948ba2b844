import { type Api, ApiError, Skip } from './api.ts';
import { Stop } from './expectations.ts';
import { Lab } from './lab.ts';

/** The first letter of an id is its group. */
export interface ConformanceCase {
  id: string;
  title: string;
  run: (lab: Lab) => Promise<void>;
}

/** Ends a case that hangs. */
const DEADLINE_SECONDS = 240;

export interface CaseResult {
  id: string;
  title: string;
  /** The reason why it was skipped. */
  skipped: string | null;
  failures: string[];
  warnings: string[];
}

export async function runCase({ id, title, run }: ConformanceCase, api: Api): Promise<CaseResult> {
  const lab = new Lab(api);
  const { failures, warnings } = lab;
  const result: CaseResult = { id, title, skipped: null, failures, warnings };
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`not done after ${DEADLINE_SECONDS} s`));
    timer = setTimeout(late, DEADLINE_SECONDS * 1000);
  });
  try {
    await Promise.race([run(lab), deadline]);
    if (lab.checks === 0) failures.push('the case checked nothing');
  } catch (error) {
    if (error instanceof Skip) result.skipped = error.message;
    else if (!(error instanceof Stop))
      failures.push(error instanceof ApiError ? `unexpected ${error.message}` : `${(error as Error).stack}`);
  } finally {
    clearTimeout(timer);
  }
  return result;
}

/** Works on the items, `size` at a time. */
export async function inParallel<Item>(
  items: Item[],
  size: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: size }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
