import { expect, test } from "vitest";
import { CONFORMANCE_CASES } from "../../src/conformance/cases.ts";
import { checkExporter, describeFinding } from "../../src/index.ts";
import { startHttpIntake } from "../../src/intakes/index.ts";
import { BROKEN_HOOKS } from "./broken/hooks.ts";
import { BROKEN_LOAD } from "./broken/load.ts";
import { PlainExporter } from "./broken/plain-exporter.ts";
import { BROKEN_PROCESS } from "./broken/process.ts";
import { GoodExporter } from "./good-exporter.ts";

const CASES = CONFORMANCE_CASES.filter(({ level }) => level !== "backend").map(({ id }) => id);
const BROKEN = { ...BROKEN_LOAD, ...BROKEN_PROCESS, ...BROKEN_HOOKS };
/** Takes its time, and is asked only of the exporter that it is about. */
const SLOW = "memory-flat";
const environment = { PLAIN_KEY: "any" };

test("an exporter made of core's kit passes all cases", { timeout: 180_000 }, async () => {
  const { findings, cases } = await checkExporter({
    create: () => new GoodExporter(),
    intake: () => startHttpIntake(),
    environment: ({ url }) => ({ ACME_ENDPOINT: url, ACME_API_KEY: "any-key-0123456789" }),
  });
  expect(findings.map(describeFinding)).toEqual([]);
  expect(cases.filter(({ status }) => status !== "passed")).toEqual([]);
  expect(cases.map(({ id }) => id)).toEqual(CONFORMANCE_CASES.map(({ id }) => id));
});

test("an exporter that is made by hand passes all that needs no backend", { timeout: 60_000 }, async () => {
  const { cases } = await checkExporter({ exporterClass: PlainExporter, environment });
  expect(cases.map(({ id, status }) => `${id}: ${status}`)).toEqual(CASES.map((id) => `${id}: passed`));
});

test("an exporter in JavaScript that extends nothing passes, too", { timeout: 60_000 }, async () => {
  const path = "./fixtures/plain.mjs";
  const load = async (): Promise<object> => {
    const { PlainJavaScriptExporter } = (await import(path)) as { PlainJavaScriptExporter: new () => object };
    return new PlainJavaScriptExporter();
  };
  const { cases } = await checkExporter({ create: load });
  expect(cases.map(({ id, status }) => `${id}: ${status}`)).toEqual(CASES.map((id) => `${id}: passed`));
});

test("an exporter that goes on without its variables is found out where it has a backend", async () => {
  class GoesOn extends PlainExporter {
    override start(): void {}
  }
  const { findings } = await checkExporter({
    create: () => new GoesOn(),
    level: "load",
    only: ["missing-configuration"],
    intake: () => startHttpIntake(),
    environment,
  });
  expect(findings.map(({ actual }) => actual)).toEqual([
    expect.stringMatching(/^it went on, and says that it has delivered (\d+) of \1 events$/),
  ]);
});

test("what does not belong together is refused", async () => {
  await expect(checkExporter({ exporterClass: PlainExporter, only: ["no-such-case"] })).rejects.toThrow(
    'there is no case "no-such-case" at the level hooks',
  );
  await expect(checkExporter({ exporterClass: PlainExporter, level: "load", only: ["memory-flat"] })).rejects.toThrow(
    "memory-flat",
  );
});

test("an aborted check ends before its next case", async () => {
  const abort = new AbortController();
  const check = checkExporter({
    create: () => {
      abort.abort(new Error("enough"));
      return new PlainExporter();
    },
    signal: abort.signal,
  });
  await expect(check).rejects.toThrow("enough");
});

test("there is a broken exporter for each case", () => {
  const failed = new Set(Object.values(BROKEN).map(({ fails }) => fails[0]));
  expect(CASES.filter((id) => !failed.has(id))).toEqual([]);
});

test.each(Object.entries(BROKEN))("%s is found", { timeout: 60_000 }, async (_name, { fails, told, source }) => {
  const only = CASES.filter((id) => id !== SLOW || fails.includes(id));
  const { findings, cases } = await checkExporter({ ...source, environment, only });
  expect(cases.filter(({ status }) => status === "failed").map(({ id }) => id)).toEqual(fails.toSorted(byCase));
  const text = findings.map(describeFinding).join("\n");
  expect(text).toMatch(told);
  for (const { expected, actual, read } of findings) expect([expected, actual, read]).not.toContain("");
});

test("everything is as it was when a check has ended", async () => {
  const before = { ...process.env };
  const listeners = process.eventNames().map((event) => [event, process.rawListeners(event as "exit").length]);
  const methods = () => [
    Object.getOwnPropertyDescriptor(process, "exit"),
    Object.getOwnPropertyDescriptor(process.stdout, "write"),
    Object.getOwnPropertyDescriptor(console, "log"),
  ];
  const methodsBefore = methods();
  process.env["PLAIN_KEY"] = "of the test itself";
  for (const { source } of Object.values(BROKEN_PROCESS)) await checkExporter({ ...source, level: "load" });
  expect(process.env).toEqual({ ...before, PLAIN_KEY: "of the test itself" });
  delete process.env["PLAIN_KEY"];
  expect(process.eventNames().map((event) => [event, process.rawListeners(event as "exit").length])).toEqual(listeners);
  expect(methods()).toEqual(methodsBefore);
});

function byCase(left: string, right: string): number {
  return CASES.indexOf(left) - CASES.indexOf(right);
}
