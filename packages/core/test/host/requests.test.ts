import { describe, expect, it } from "vitest";
import type { Order } from "../../src/host/messages.ts";
import { Requests } from "../../src/host/requests.ts";

class Thread {
  readonly orders: Order[] = [];
  post(order: Order): void {
    this.orders.push(order);
  }
}

describe("a request", () => {
  it("is done when every thread has answered, once", () => {
    const requests = new Requests();
    const [one, two] = [new Thread(), new Thread()];
    let done = 0;
    const id = requests.ask("flush", 1000, [one, two], () => done++);
    expect(one.orders).toMatchObject([{ kind: "flush", id, timeoutMs: 900 }]);
    requests.answered(id, one);
    requests.answered(id, one);
    requests.answered(id + 1, two);
    expect(done).toBe(0);
    requests.answered(id, two);
    requests.answered(id, two);
    expect(done).toBe(1);
  });

  it("is done at once where there is no thread", () => {
    let done = 0;
    new Requests().ask("end", 1000, [], () => done++);
    expect(done).toBe(1);
  });

  it("is asked of the threads that take the place of a lost one", () => {
    const requests = new Requests();
    const [lost, ...others] = [new Thread(), new Thread(), new Thread()];
    let done = 0;
    const id = requests.ask("end", 1000, [lost as Thread], () => done++);
    requests.replace(lost as Thread, others);
    expect(others.map(({ orders }) => orders)).toEqual([lost?.orders, lost?.orders]);
    for (const thread of others) requests.answered(id, thread);
    expect(done).toBe(1);
  });

  it("is done when what was lost is not replaced; answered ones are not asked again", () => {
    const requests = new Requests();
    const [lost, other] = [new Thread(), new Thread()];
    let done = 0;
    const first = requests.ask("flush", 1000, [lost], () => done++);
    requests.answered(first, lost);
    requests.ask("end", 1000, [lost], () => done++);
    requests.replace(lost, []);
    requests.replace(lost, [other]);
    expect(done).toBe(2);
    expect(other.orders).toEqual([]);
  });

  it("that nobody waits for any more is not told of", () => {
    const requests = new Requests();
    const thread = new Thread();
    let done = 0;
    const id = requests.ask("flush", 1000, [thread], () => done++);
    requests.forget(id);
    requests.answered(id, thread);
    expect(done).toBe(0);
  });
});
