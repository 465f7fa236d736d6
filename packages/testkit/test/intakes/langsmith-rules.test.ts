import fc from "fast-check";
import { expect, test } from "vitest";
import { operationsOfBatch, operationsOfParts } from "../../src/intakes/langsmith-run.ts";
import { multipart, openLangsmith, sendBytes, sendParts } from "../support/langsmith.ts";
import type { Part } from "../support/langsmith.ts";

const ROOT = "0192f0c1-7a10-7000-8000-00000000c0de";
const CHILD = "0192f0c1-7a10-7000-8000-0000000000aa";
const START = "2026-11-22T09:12:35.079001Z";
const ROOT_ORDER = `20261122T091235079001Z${ROOT}`;

function root(fields: Record<string, unknown> = {}): Part {
  const value = {
    id: ROOT,
    trace_id: ROOT,
    dotted_order: ROOT_ORDER,
    name: "agent",
    run_type: "chain",
    start_time: START,
    end_time: 1_795_338_755_179,
    session_name: "demo",
    ...fields,
  };
  return { name: `post.${ROOT}`, value };
}

function child(fields: Record<string, unknown> = {}): Part {
  const { value } = root({
    id: CHILD,
    parent_run_id: ROOT,
    dotted_order: `${ROOT_ORDER}.20261122T091235079001Z${CHILD}`,
    run_type: "tool",
    ...fields,
  });
  return { name: `post.${CHILD}`, value };
}

const part = (field: string, value: unknown): Part => ({ name: `post.${ROOT}.${field}`, value });

test.each<[string, Part[], RegExp]>([
  ["no runs", [], /does not begin with the boundary|holds no runs/],
  ["a field without its run", [part("inputs", {})], /\.inputs: comes without or before post\./],
  ["a field that is no part", [root(), part("stuff", {})], /\.stuff: is no name of a part/],
  ["inputs inside the run", [root({ inputs: {} })], /\.inputs: must be a part of its own/],
  ["inputs as text", [root(), part("inputs", "hi")], /\.inputs: .*expected record/],
  ["outputs as a list", [root(), part("outputs", [])], /\.outputs: .*expected record/],
  ["an error that is no text", [root(), part("error", { message: "x" })], /\.error: .*expected string/],
  ["events that are no list", [root(), part("events", {})], /\.events: .*expected array/],
  ["metadata that is no object", [root(), part("extra", { metadata: [] })], /\.extra\.metadata: /],
  ["another id than the part's", [root({ id: CHILD })], /\.id: must be the id in the part's name/],
  ["a run twice", [root(), root()], /comes twice/],
  ["a run type that does not exist", [root({ run_type: "agent" })], /\.run_type: /],
  ["no name", [root({ name: undefined })], /\.name: /],
  ["no dotted order", [root({ dotted_order: undefined })], /\.dotted_order: /],
  ["no trace", [root({ trace_id: undefined })], /\.trace_id: /],
  ["a field that LangSmith does not know", [root({ project_name: "x" })], /Unrecognized key: "project_name"/],
  ["children inside", [root({ child_runs: [{}] })], /\.child_runs: must be empty/],
  ["a start in seconds", [root({ start_time: 1_795_338_755 })], /\.start_time: must be ISO 8601/],
  ["a start without a zone", [root({ start_time: START.slice(0, -1) })], /\.start_time: must be ISO 8601/],
  ["an end before its start", [root({ end_time: 1_795_338_755_000 })], /\.end_time: must not be before/],
  [
    "a dotted order without microseconds",
    [root({ dotted_order: `20261122T091235079Z${ROOT}` })],
    /each segment must be/,
  ],
  ["a dotted order of another run", [root({ dotted_order: ROOT_ORDER.slice(0, -36) + CHILD })], /must end with id/],
  ["a dotted order of another time", [root({ start_time: "2026-11-22T09:12:35.079002Z" })], /last time must be start/],
  ["another trace than the first segment's", [child({ trace_id: CHILD })], /must begin with the segment of trace_id/],
  ["another parent than the segment's", [child({ parent_run_id: CHILD })], /parent_run_id: must be the id before/],
  ["a parent that is not in the order", [root({ parent_run_id: CHILD })], /parent_run_id: must be the id before/],
  [
    "a dotted order that does not begin with the parent's",
    [root(), child({ dotted_order: `20261122T091235079002Z${ROOT}.20261122T091235079001Z${CHILD}` })],
    /must begin with that of the parent/,
  ],
])("refuses %s", async (_, parts, reason) => {
  const intake = await openLangsmith();
  const { status, detail } = await sendParts(intake, parts);
  expect(status).toBe(422);
  expect(detail.join("\n")).toMatch(reason);
  expect(intake.runs.size).toBe(0);
});

test("refuses a patch that moves a run", async () => {
  const intake = await openLangsmith();
  expect(await sendParts(intake, [root({ end_time: undefined })])).toMatchObject({ status: 202, detail: [] });
  const moved = { ...root({ start_time: "2026-11-22T09:12:35.079002Z" }), name: `patch.${ROOT}` };
  expect((await sendParts(intake, [moved])).detail.join("\n")).toMatch(/start_time: must be what was posted/);
  expect(intake.unended()).toHaveLength(1);
});

test("takes a patch before its post, and knows what is missing", async () => {
  const intake = await openLangsmith();
  expect((await sendParts(intake, [{ ...child(), name: `patch.${CHILD}` }])).status).toBe(202);
  expect(intake.unposted()).toHaveLength(1);
  expect(intake.unknownParents()).toHaveLength(1);
  await sendParts(intake, [root(), child()]);
  expect([intake.unposted(), intake.unknownParents()]).toEqual([[], []]);
});

test.each<[string, readonly string[], RegExp]>([
  [
    "a part without a length",
    ['Content-Disposition: form-data; name="post.x"', "Content-Type: application/json"],
    /has no length/,
  ],
  [
    "a wrong length",
    ['Content-Disposition: form-data; name="post.x"', "Content-Type: application/json; length=1"],
    /says that it has 1 bytes/,
  ],
  [
    "a file name",
    ['Content-Disposition: form-data; name="post.x"; filename="y"', "Content-Type: application/json; length=2"],
    /no file name/,
  ],
  ["a part without a name", ["Content-Type: application/json; length=2"], /content-disposition of the form/],
  [
    "another type",
    ['Content-Disposition: form-data; name="post.x"', "Content-Type: text/plain; length=2"],
    /must be application\/json/,
  ],
  [
    "a compressed part",
    [
      'Content-Disposition: form-data; name="post.x"',
      "Content-Type: application/json; length=2",
      "Content-Encoding: gzip",
    ],
    /must not be compressed/,
  ],
])("refuses %s", async (_, headers, reason) => {
  const intake = await openLangsmith();
  const { status, detail } = await sendParts(intake, [{ name: "post.x", value: {}, headers }]);
  expect([status, detail.join()]).toEqual([422, expect.stringMatching(reason)]);
});

test("takes a length in a header of its own, counted in bytes", async () => {
  const intake = await openLangsmith();
  const { name, value } = root({ name: "é" });
  const headers = [
    `Content-Disposition: form-data; name="${name}"`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(JSON.stringify(value))}`,
  ];
  expect(await sendParts(intake, [{ name, value, headers }])).toMatchObject({ status: 202, detail: [] });
});

test("refuses a body that breaks off, or that is none of its kind", async () => {
  const intake = await openLangsmith();
  expect((await sendBytes(intake, multipart([root()], ""))).detail.join()).toMatch(/breaks off/);
  expect((await sendBytes(intake, "{}", { headers: { "content-type": "application/json" } })).status).toBe(422);
  expect(
    (await sendBytes(intake, "[", { path: "/runs/batch", headers: { "content-type": "application/json" } })).status,
  ).toBe(422);
});

test("refuses what is not for it", async () => {
  const intake = await openLangsmith({ apiKey: "the-right-key", workspaceId: "w-1" });
  const right = { "x-api-key": "the-right-key", "x-tenant-id": "w-1" };
  expect((await sendParts(intake, [root()], { headers: { "x-api-key": "" } })).status).toBe(401);
  expect((await sendParts(intake, [root()])).status).toBe(403);
  expect((await sendParts(intake, [root()], { headers: { "x-api-key": "the-right-key" } })).status).toBe(403);
  expect((await sendParts(intake, [root()], { headers: right, path: "/v1/runs" })).status).toBe(404);
  expect((await fetch(`${intake.url}/runs/multipart`)).status).toBe(405);
  expect((await sendParts(intake, [root()], { headers: right })).status).toBe(202);
});

test("refuses more than a hundred runs in one request", async () => {
  const intake = await openLangsmith();
  const many = Array.from({ length: 101 }, (_, index) => {
    const id = `0192f0c1-7a10-7000-8000-${String(index).padStart(12, "0")}`;
    return { ...root({ id, trace_id: id, dotted_order: `20261122T091235079001Z${id}` }), name: `post.${id}` };
  });
  expect((await sendParts(intake, many)).status).toBe(413);
  expect((await sendParts(intake, many.slice(1))).status).toBe(202);
});

test("judges anything that JSON can hold without throwing", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom("", ".inputs", ".events", ".extra", ".x"), (value, field) => {
      const judged = operationsOfParts([root(), { name: `post.${ROOT}${field}`, value }]);
      expect("problems" in judged || judged.operations.length === 1).toBe(true);
      expect(operationsOfBatch(value)).toBeDefined();
    }),
  );
});
