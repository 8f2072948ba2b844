import type pg from 'pg';
import { cancelStatement } from './cancelStatement.ts';

/** PostgreSQL ignores a request that arrives before the statement. */
const AGAIN_MS = 100;

/** Cancels the statement of one connection, if it is started, until the statement has ended. */
export class Cancellation {
  private sending: Promise<void> | null = null;
  private again: NodeJS.Timeout | null = null;
  private isOver = false;
  private hasFailed = false;

  constructor(private readonly client: pg.PoolClient) {}

  start(): void {
    if (this.sending === null && !this.isOver) this.send();
  }

  /**
   * Call it when the statement has ended. Resolves when no request is on its way, so that none reaches the next
   * statement of the connection. Returns false if that is uncertain: close the connection then.
   */
  async end(): Promise<boolean> {
    this.isOver = true;
    if (this.again) clearTimeout(this.again);
    await this.sending;
    return !this.hasFailed;
  }

  private send(): void {
    this.sending = cancelStatement(this.client)
      .catch(() => {
        this.hasFailed = true;
      })
      .then(() => {
        if (!this.isOver) this.again = setTimeout(() => this.send(), AGAIN_MS);
      });
  }
}
