import { PassThrough } from "node:stream";
import { expect, it, onTestFinished } from "vitest";
import { AgentStdout } from "../../src/stdout/agent-stdout.ts";

/** Puts a stand-in for `process.stdout` in place, which counts its touches. */
function standIn(): { stream: PassThrough; touches: () => number } {
  const original = Object.getOwnPropertyDescriptor(process, "stdout") as PropertyDescriptor;
  const stream = new PassThrough({ highWaterMark: 1 });
  let count = 0;
  Object.defineProperty(process, "stdout", { configurable: true, enumerable: true, get: () => (count++, stream) });
  onTestFinished(() => {
    Object.defineProperty(process, "stdout", original);
  });
  return { stream, touches: () => count };
}

it("does not touch process.stdout before the agent does", () => {
  const { stream, touches } = standIn();
  const before = Object.getOwnPropertyDescriptor(process, "stdout");
  const agent = new AgentStdout();
  agent.watch(false);
  expect(agent.isWaiting()).toBe(false);
  expect(touches()).toBe(0);

  expect(process.stdout).toBe(stream);
  expect(touches()).toBe(1);
  expect(Object.getOwnPropertyDescriptor(process, "stdout")).toEqual(before);
});

it("knows when prints of the agent wait, and when they are gone", () => {
  const { stream } = standIn();
  const agent = new AgentStdout();
  agent.watch(false);
  process.stdout.write("one");
  process.stdout.write("two");
  expect(agent.isWaiting()).toBe(true);
  stream.read();
  stream.read();
  expect(agent.isWaiting()).toBe(false);
  process.stdout.write("three");
  process.stdout.write("four");
  stream.destroy();
  expect(agent.isWaiting()).toBe(false);
});

it("watches at once what the agent has touched before", () => {
  const { touches } = standIn();
  const agent = new AgentStdout();
  agent.watch(true);
  expect(touches()).toBe(1);
});

it("leaves alone what somebody else has put over it", () => {
  const { stream } = standIn();
  const agent = new AgentStdout();
  agent.watch(false);
  const ours = Object.getOwnPropertyDescriptor(process, "stdout") as PropertyDescriptor;
  const theirs = (): unknown => ours.get?.call(process);
  Object.defineProperty(process, "stdout", { configurable: true, get: theirs });
  expect(process.stdout).toBe(stream);
  expect(Object.getOwnPropertyDescriptor(process, "stdout")).toMatchObject({ get: theirs });
});

it("serves two at once", () => {
  const { stream } = standIn();
  const [one, other] = [new AgentStdout(), new AgentStdout()];
  one.watch(false);
  other.watch(false);
  stream.write("one");
  process.stdout.write("two");
  expect([one.isWaiting(), other.isWaiting()]).toEqual([true, true]);
});
