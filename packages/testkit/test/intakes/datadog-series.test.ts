import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DATADOG_SERIES_PATH } from "../../src/intakes/datadog-endpoints.ts";
import { send } from "../support/spans.ts";
import { openIntake } from "../support/with-intake.ts";

const NOW_SECONDS = 1_795_334_400;
const now = (): number => NOW_SECONDS * 1000;
const path = DATADOG_SERIES_PATH;

function seriesOf(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { metric: "charm.run.count", type: 1, points: [{ timestamp: NOW_SECONDS, value: 1 }], ...fields };
}

function at(timestamp: unknown): Record<string, unknown> {
  return { points: [{ timestamp, value: 1 }] };
}

test("series are answered as the vendor does, kept and counted", async () => {
  const intake = await openIntake({ now });
  const answer = await send(intake, { series: [seriesOf(), seriesOf({ metric: "charm.run.duration" })] }, { path });
  expect(answer).toMatchObject({ status: 202, text: '{"errors":[]}' });
  expect(intake.received).toEqual({ spans: 0, series: 2, requests: 1 });
  expect(intake.acknowledged).toEqual(intake.received);
  expect(intake.series.map(({ item, acknowledged }) => [item.metric, acknowledged])).toEqual([
    ["charm.run.count", true],
    ["charm.run.duration", true],
  ]);
  expect(intake.spans).toEqual([]);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ["no metric", { metric: undefined }, /^series\[0\]\.metric: /],
  ["a metric that begins with a digit", { metric: "1.run" }, /^series\[0\]\.metric: must be letters/],
  ["no points", { points: undefined }, /^series\[0\]\.points: /],
  ["a type by its name", { type: "count" }, /^series\[0\]\.type: must be 0 \(unspecified\)/],
  ["a type that is not there", { type: 4 }, /^series\[0\]\.type: /],
  ["a host field", { host: "demo-host" }, /Unrecognized key: "host"/],
  ["tags in one string", { tags: "env:test" }, /^series\[0\]\.tags: .*expected array/],
  ["a value as text", { points: [{ timestamp: NOW_SECONDS, value: "1" }] }, /points\[0\]\.value: .*expected number/],
  ["a point as a pair", { points: [[NOW_SECONDS, 1]] }, /points\[0\]: .*expected object/],
  ["a time with a fraction", at(NOW_SECONDS + 0.5), /timestamp: must be whole seconds/],
  ["a time as text", at(String(NOW_SECONDS)), /timestamp: must be whole seconds/],
  ["a time in milliseconds", at(NOW_SECONDS * 1000), /another unit than seconds/],
  ["a time over ten minutes ahead", at(NOW_SECONDS + 601), /more than 10 minutes ahead/],
  ["a time over an hour behind", at(NOW_SECONDS - 3601), /more than an hour behind/],
])("a series with %s is refused", async (_, fields, reason) => {
  const intake = await openIntake({ now });
  const { status, text } = await send(intake, { series: [seriesOf(fields)] }, { path });
  const { errors } = JSON.parse(text) as { errors: string[] };
  expect(status).toBe(400);
  expect(errors.join("\n")).toMatch(reason);
  expect(intake.received).toEqual({ spans: 0, requests: 0 });
});

test.each([NOW_SECONDS + 600, NOW_SECONDS - 3600])("a point at the edge of its window, %d, is taken", async (time) => {
  const intake = await openIntake({ now });
  expect((await send(intake, { series: [seriesOf(at(time))] }, { path })).status).toBe(202);
});

describe("a request of series", () => {
  test("may have 500 KiB as sent and no byte more", async () => {
    const intake = await openIntake({ now });
    expect((await send(intake, padded(512_000), { path })).status).toBe(202);
    const { status, text } = await send(intake, padded(512_001), { path });
    expect({ status, text }).toEqual({
      status: 413,
      text: '{"errors":["the body as sent is larger than 512000 bytes"]}',
    });
  });

  test("may unpack to 5 MiB and no byte more", async () => {
    const intake = await openIntake({ now });
    const headers = { "content-encoding": "gzip" };
    expect((await send(intake, gzipSync(padded(5_242_880)), { path, headers })).status).toBe(202);
    expect((await send(intake, gzipSync(padded(5_242_881)), { path, headers })).status).toBe(413);
  });

  test("needs the right key", async () => {
    const intake = await openIntake({ now, apiKey: "the-right-key" });
    const body = { series: [seriesOf()] };
    expect((await send(intake, body, { path, headers: { "dd-api-key": "" } })).status).toBe(401);
    expect((await send(intake, body, { path })).status).toBe(403);
    expect((await send(intake, body, { path, headers: { "dd-api-key": "the-right-key" } })).status).toBe(202);
  });

  test("meets faults: the backend has what it could not acknowledge", async () => {
    const intake = await openIntake({ now });
    await intake.setFault({ kind: "lost-ack", times: 1 });
    await expect(send(intake, { series: [seriesOf()] }, { path })).rejects.toThrow("fetch failed");
    await intake.waitForItems("series", 1);
    expect(intake.received).toEqual({ spans: 0, series: 1, requests: 1 });
    expect(intake.acknowledged).toEqual({ spans: 0, requests: 0 });
  });
});

/** A request of exactly `size` bytes. */
function padded(size: number): Buffer {
  const empty = JSON.stringify({ series: [seriesOf({ unit: "" })] }).length;
  return Buffer.from(JSON.stringify({ series: [seriesOf({ unit: "x".repeat(size - empty) })] }));
}
