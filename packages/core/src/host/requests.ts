import { nowUnixMs } from "../now.ts";
import type { Order } from "./messages.ts";

type Asked = Extract<Order, { kind: "flush" | "end" }>;

/** What answers requests. */
export interface Answering {
  post(order: Order): void;
}

interface Request {
  readonly order: Asked;
  readonly waiting: Set<Answering>;
  readonly done: () => void;
}

// Threads come to their end a little before the agent's thread stops waiting, so that it has their last figures.
const MAX_MARGIN_MS = 100;

/** What all threads have been asked for and not all have done yet. */
export class Requests {
  readonly #open = new Map<number, Request>();
  #nextId = 0;

  /**
   * @param done called when all `threads` have done it; at once if there are none.
   * @returns the request's number.
   */
  ask(kind: Asked["kind"], timeoutMs: number, threads: Iterable<Answering>, done: () => void): number {
    const ms = Math.max(0, timeoutMs - Math.min(MAX_MARGIN_MS, timeoutMs / 8));
    const id = this.#nextId++;
    const order: Asked = { kind, id, timeoutMs: ms, endsAtUnixMs: nowUnixMs() + ms };
    const request = { order, waiting: new Set(threads), done };
    this.#open.set(id, request);
    for (const thread of request.waiting) thread.post(order);
    this.#settle(request);
    return id;
  }

  answered(id: number, thread: Answering): void {
    const request = this.#open.get(id);
    if (request?.waiting.delete(thread) === true) this.#settle(request);
  }

  /** What `lost` has not answered is asked of those that take its place. */
  replace(lost: Answering, threads: readonly Answering[]): void {
    for (const request of this.#open.values()) {
      if (!request.waiting.delete(lost)) continue;
      for (const thread of threads) {
        request.waiting.add(thread);
        thread.post(request.order);
      }
      this.#settle(request);
    }
  }

  /** Nobody waits for it any more. */
  forget(id: number): void {
    this.#open.delete(id);
  }

  #settle(request: Request): void {
    if (request.waiting.size > 0) return;
    this.#open.delete(request.order.id);
    request.done();
  }
}
