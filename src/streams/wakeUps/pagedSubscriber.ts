import { Subscriber } from './subscriber.ts';

/** A subscriber that is given pages, read from the table, while it is behind the window of its stream. */
export abstract class PagedSubscriber<Event, Page> extends Subscriber<Event> {
  protected page: Page | null = null;
  protected pageIsIdle = false;

  receive(page: Page): void {
    this.page = page;
    this.pageIsIdle = false;
    this.wake();
  }

  /** Called periodically. Drops a page that was not used since the last call; it is read again if it is needed. */
  letGoOfIdlePage(): void {
    if (this.pageIsIdle) this.page = null;
    this.pageIsIdle = true;
  }

  override leave(): void {
    this.page = null;
    super.leave();
  }
}
