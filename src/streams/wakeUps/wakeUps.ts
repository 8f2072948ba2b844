import { randomUUID } from 'node:crypto';
import type { Database } from '../../store/connection/database.ts';
import { MAX_PAYLOAD_BYTES, notify } from '../../store/connection/notify.ts';
import { Rounds } from './rounds.ts';
import type { Topic } from './topic.ts';

const CHANNEL = 'flowql';
/** Further topics are dropped: the database is not accepting notifications, and other processes poll. */
const MAX_WAITING = 10_000;

export interface WakeUps {
  /** Notifies the other processes that the topics have changed. */
  send(topics: Iterable<Topic>): void;
  close(): Promise<void>;
}

/**
 * Wake-ups between processes, with LISTEN and NOTIFY. They are hints: one may be lost, or arrive twice. A NOTIFY inside
 * the writing transaction would make commits wait for each other. So each NOTIFY is a statement of its own, one at a
 * time, and carries all topics announced during the previous one.
 *
 * A payload consists of the sender, by which a process recognises its own notifications, and topics, separated by
 * spaces.
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

/** Packs topics into as few payloads as possible. Topics and senders are ASCII: one byte per character. */
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
