import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DATADOG_LOGS_PATH } from "../../src/intakes/datadog-endpoints.ts";
import { send } from "../support/spans.ts";
import { openIntake } from "../support/with-intake.ts";

const NOW_MS = 1_795_334_400_000;
const HOUR_MS = 60 * 60 * 1000;
const now = (): number => NOW_MS;
const path = DATADOG_LOGS_PATH;

function logOf(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { message: "tool failed", ddtags: "env:test,team:research", ...fields };
}

test("logs are answered as the vendor does, kept with their attributes and counted", async () => {
  const intake = await openIntake({ now });
  const answer = await send(intake, [logOf({ status: "error", error: { kind: "TypeError" } }), logOf()], { path });
  expect(answer).toMatchObject({ status: 202, text: "{}" });
  expect(intake.acknowledged).toEqual({ spans: 0, logs: 2, requests: 1 });
  expect(intake.logs[0]?.item).toMatchObject({ message: "tool failed", error: { kind: "TypeError" } });
});

test.each<[string, unknown, RegExp]>([
  ["no message", [{ ddsource: "nodejs" }], /^\[0\]\.message: /],
  ["tags in a list", [logOf({ ddtags: ["env:test"] })], /^\[0\]\.ddtags: must be one string/],
  ["a host that is no text", [logOf({ hostname: 1 })], /^\[0\]\.hostname: /],
  ["a time that is none", [logOf({ timestamp: "yesterday" })], /^\[0\]\.timestamp: must be a date/],
  [
    "an age over 18 h",
    [logOf(), logOf({ timestamp: NOW_MS - 18 * HOUR_MS - 1 })],
    /^\[1\]\.timestamp: .*older than 18 h/,
  ],
  ["a neighbour too many", Array.from({ length: 1001 }, () => logOf()), /^\(the body\): must be at most 1000 logs/],
  ["no list around it", logOf(), /^\(the body\): .*expected array/],
])("a log with %s is refused", async (_, body, reason) => {
  const intake = await openIntake({ now });
  const { status, details } = await send(intake, body, { path });
  expect({ status, reason: details.join("\n") }).toEqual({ status: 400, reason: expect.stringMatching(reason) });
  expect(intake.logs).toEqual([]);
});

test.each<[string, unknown]>([
  ["a thousand", Array.from({ length: 1000 }, () => logOf())],
  ["none", []],
  ["one of 18 h ago", [logOf({ timestamp: new Date(NOW_MS - 18 * HOUR_MS).toISOString() })]],
  ["one over 1 MB, which the vendor cuts", [logOf({ message: "x".repeat(1_100_000) })]],
])("logs are taken: %s", async (_, body) => {
  const intake = await openIntake({ now });
  expect(await send(intake, body, { path })).toMatchObject({ status: 202, details: [] });
});

test("a request of logs may have 5 MB and no byte more, also when compression hides them", async () => {
  const intake = await openIntake({ now });
  const headers = { "content-encoding": "gzip" };
  expect((await send(intake, padded(5_000_000), { path })).status).toBe(202);
  expect(await send(intake, padded(5_000_001), { path })).toMatchObject({
    status: 413,
    details: ["the body is larger than 5000000 bytes"],
  });
  expect((await send(intake, gzipSync(padded(5_000_001)), { path, headers })).status).toBe(413);
});

test("the address of logs may carry tags and no key", async () => {
  const intake = await openIntake({ now });
  expect((await send(intake, [logOf()], { path: `${path}?ddtags=extra%3A1` })).status).toBe(202);
  expect(intake.requests[0]?.query.get("ddtags")).toBe("extra:1");
  expect((await send(intake, [logOf()], { path: `${path}?dd-api-key=x` })).status).toBe(400);
});

test("logs need a key", async () => {
  const intake = await openIntake({ now, apiKey: "the-right-key" });
  expect((await send(intake, [logOf()], { path, headers: { "dd-api-key": "" } })).status).toBe(401);
  expect((await send(intake, [logOf()], { path })).status).toBe(403);
});

test("logs are counted and not kept with `keep: false`", async () => {
  const intake = await openIntake({ now, keep: false });
  await send(intake, [logOf()], { path });
  expect([intake.logs, intake.received.logs]).toEqual([[], 1]);
});

/** A request of exactly `size` bytes. */
function padded(size: number): Buffer {
  const empty = JSON.stringify([logOf({ message: "" })]).length;
  return Buffer.from(JSON.stringify([logOf({ message: "x".repeat(size - empty) })]));
}
