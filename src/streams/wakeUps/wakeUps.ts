import { randomUUID } from 'node:crypto';
import type { Database } from '../../store/connection/database.ts';
import { MAX_PAYLOAD_BYTES, notify } from '../../store/connection/notify.ts';
import { Rounds } from './rounds.ts';
import type { Topic } from './topic.ts';

const CHANNEL = 'flowql';
/** Beyond this, the database is not taking notifications; the others' slow poll finds what these topics tell of. */
const MAX_WAITING = 10_000;

export interface WakeUps {
  /** Tells the other processes, soon, that something was written. */
  send(topics: Iterable<Topic>): void;
  close(): Promise<void>;
}

/**
 * Wake-ups between processes, over LISTEN and NOTIFY. They are hints: one may be lost, or come twice. A NOTIFY inside the
 * writing transaction would make commits wait for each other; here they are statements of their own, one at a time, and
 * each takes along all that was announced while the one before it was under way.
 *
 * A payload is the sender, so that a process knows its own, and then topics, with spaces between.
 */
export async function openWakeUps(
  database: Database,
  on: { woken: (topic: string) => void; connected: () => void; error: (error: unknown) => void },
): Promise<WakeUps> {
  const self = randomUUID();
  const outgoing = new Rounds<Topic>(async (topics) => {
    await notify(database, CHANNEL, payloads(self, topics)).catch(on.error);
  });
  const listener = await database.listen(CHANNEL, {
    message: (payload) => {
      const [sender, ...topics] = payload.split(' ');
      if (sender !== self) topics.forEach(on.woken);
    },
    connected: on.connected,
  });
  return {
    send: (topics) => {
      for (const topic of topics) if (outgoing.size < MAX_WAITING) outgoing.add(topic);
    },
    close: async () => {
      await listener.close();
      await outgoing.settled();
    },
  };
}

/** As few payloads as the topics fit in. Topics and senders are ASCII: a character is a byte. */
export function payloads(sender: string, topics: readonly Topic[]): string[] {
  const packed: string[] = [];
  let payload = sender;
  for (const topic of topics) {
    if (payload.length + 1 + topic.length >= MAX_PAYLOAD_BYTES) {
      packed.push(payload);
      payload = sender;
    }
    payload += ` ${topic}`;
  }
  return [...packed, payload];
}
