import type { Database } from '../../store/connection/database.ts';
import { streamHeads } from '../../store/runs/streamHeads.ts';
import type { StreamName } from '../../store/runs/streamReads.ts';
import { Rounds } from '../wakeUps/rounds.ts';

interface Asked {
  name: StreamName;
  id: string;
  resolve: (head: number | null) => void;
  reject: (error: unknown) => void;
}

/**
 * Reads the heads of streams, with one statement per kind for all concurrent requests. A head is never older than its
 * request: a request during a statement is answered by the next one.
 */
export function headReader(database: Database) {
  const rounds = new Rounds<Asked>(async (asked) => {
    const names = [...new Set(asked.map(({ name }) => name))];
    await Promise.all(
      names.map((name) =>
        answer(
          name,
          asked.filter((each) => each.name === name),
        ),
      ),
    );
  });

  async function answer(name: StreamName, asked: readonly Asked[]): Promise<void> {
    try {
      const heads = await streamHeads(database, name, [...new Set(asked.map(({ id }) => id))]);
      for (const { id, resolve } of asked) resolve(heads.get(id) ?? null);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  return {
    /** Returns the last assigned position of a stream; null if its run does not exist. */
    head: (stream: { name: StreamName; id: string }): Promise<number | null> =>
      new Promise((resolve, reject) => rounds.add({ name: stream.name, id: stream.id, resolve, reject })),
    settled: () => rounds.settled(),
  };
}
