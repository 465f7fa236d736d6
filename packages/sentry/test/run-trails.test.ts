import { TelemetryError } from "@charm/telemetry-core";
import { eventContext } from "@charm/telemetry-testkit";
import { describe, expect, it } from "vitest";
import { RunTrails } from "../src/run-trails.ts";

const run = (runId: string): ReturnType<typeof eventContext> => eventContext("00000000000000aa", undefined, { runId });

function messages(trails: RunTrails, error: Error): string[] | undefined {
  return trails.reportOf(error)?.map(({ message }) => message);
}

/** As an error comes that is thrown on. */
function copyOf({ message, stack }: Error): Error {
  return Object.assign(new Error(message), { stack: stack ?? "" });
}

describe("RunTrails", () => {
  it("keeps what had happened before an error, and nothing of another run", () => {
    const trails = new RunTrails();
    trails.add(run("a"), "agent.tool", "tool start: search");
    trails.add(run("b"), "agent.tool", "tool start: weather");
    const [first, second] = [new Error("first"), new Error("second")];
    trails.fail(run("a"), "agent.tool", "tool error: search", first);
    trails.fail(run("a"), "agent.run", "run error", second);
    expect(messages(trails, first)).toEqual(["tool start: search"]);
    expect(messages(trails, second)).toEqual(["tool start: search", "tool error: search: first"]);
  });

  it("reports an error once as it climbs from tool to tool to run, although it comes as another object", () => {
    const trails = new RunTrails();
    const error = new Error("no rows");
    const [outer, top] = [copyOf(error), copyOf(error)];
    trails.fail(eventContext("00000000000000cc", "00000000000000bb"), "agent.tool", "tool error", error);
    trails.fail(eventContext("00000000000000bb", "00000000000000aa"), "agent.tool", "tool error", outer);
    trails.fail(eventContext("00000000000000aa"), "agent.run", "run error", top);
    expect(messages(trails, error)).toEqual([]);
    expect([trails.reportOf(outer), trails.reportOf(top)]).toEqual([undefined, undefined]);
  });

  it("reports the run's error once when the tool that failed was inside one that did not", () => {
    const trails = new RunTrails();
    const error = new Error("no rows");
    const top = copyOf(error);
    trails.fail(eventContext("00000000000000cc", "00000000000000bb"), "agent.tool", "tool error", error);
    trails.fail(eventContext("00000000000000aa"), "agent.run", "run error", top);
    expect([messages(trails, error), trails.reportOf(top)]).toEqual([[], undefined]);
  });

  it("reports each try of a tool that fails in the same way", () => {
    const trails = new RunTrails();
    const error = new Error("no rows");
    const tries = [error, copyOf(error), copyOf(error)];
    tries.forEach((each, index) =>
      trails.fail(eventContext(`000000000000000${index + 1}`, "00000000000000aa"), "agent.tool", "tool error", each),
    );
    expect(tries.map((each) => trails.reportOf(each)?.length)).toEqual([0, 1, 2]);
  });

  it("reports the same message twice when it was thrown at two places, in two runs, or around another", () => {
    const trails = new RunTrails();
    const errors = [new Error("no rows"), new Error("no rows")];
    const wrapped = new Error("no rows", { cause: errors[0] });
    for (const error of [...errors, wrapped]) trails.fail(run("a"), "agent.tool", "tool error", error);
    const copy = Object.assign(new Error("no rows"), { stack: errors[0]?.stack ?? "" });
    trails.fail(run("b"), "agent.run", "run error", copy);
    for (const error of [...errors, wrapped, copy]) expect(trails.reportOf(error)).toBeDefined();
  });

  it("reports no end that the process has cut short, and no failure that is a step alone", () => {
    const trails = new RunTrails();
    const aborted = new TelemetryError("ABORTED", "the process ended");
    const model = new Error("overloaded");
    trails.fail(run("a"), "agent.run", "run error", aborted);
    trails.fail(run("a"), "agent.llm", "llm error", model, false);
    expect([trails.reportOf(aborted), trails.reportOf(model)]).toEqual([undefined, undefined]);
    // The run that fails with it is the one to report it.
    trails.fail(run("a"), "agent.run", "run error", model);
    expect(messages(trails, model)).toEqual(["run error: the process ended", "llm error: overloaded"]);
  });

  it("keeps the newest hundred steps, and five hundred runs", () => {
    const trails = new RunTrails();
    for (let step = 1; step <= 250; step++) trails.add(run("a"), "agent.tool", `step ${step}`);
    const error = new Error("at last");
    trails.fail(run("a"), "agent.run", "run error", error);
    expect(messages(trails, error)?.length).toBe(100);
    expect(messages(trails, error)?.[0]).toBe("step 151");
    for (let count = 0; count < 500; count++) trails.add(run(`run ${count}`), "agent.run", "run start");
    expect(trails.segmentOf("a")).toBeUndefined();
    expect(trails.segmentOf("run 0")).toBe("00000000000000aa");
  });

  it("cuts long texts, not inside a character", () => {
    const trails = new RunTrails();
    trails.add(run("a"), "agent.action", "agent action", { tool_input: `${"x".repeat(499)}😀` });
    const error = new Error("late");
    trails.fail(run("a"), "agent.run", "run error", error);
    expect(trails.reportOf(error)?.[0]?.data).toEqual({ tool_input: `${"x".repeat(499)}…` });
  });
});
