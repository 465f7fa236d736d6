import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { payloadOf, send, spanOf, TRACE_ID } from "../support/spans.ts";
import { openIntake } from "../support/with-intake.ts";

const FIVE_MIB = 5 * 1024 * 1024;

describe("a good request", () => {
  test("is answered 202 with an empty body and counted as received and acknowledged", async () => {
    const intake = await openIntake();
    const answer = await send(intake, payloadOf([spanOf({ span_id: "1" }), spanOf({ span_id: "2", parent_id: "1" })]));
    expect(answer).toMatchObject({ status: 202, text: "" });
    expect(intake.received).toEqual({ spans: 2, requests: 1 });
    expect(intake.acknowledged).toEqual({ spans: 2, requests: 1 });
    expect(intake.spans.map(({ acknowledged }) => acknowledged)).toEqual([true, true]);
  });

  test("gives each span its envelope's application, tags and session", async () => {
    const intake = await openIntake();
    const spans = [spanOf({ span_id: "1", tags: ["step:1"] }), spanOf({ span_id: "2", session_id: "own" })];
    await send(intake, payloadOf(spans, { tags: ["env:test"], session_id: "shared" }));
    expect(intake.spans).toMatchObject([
      { mlApp: "charm-demo", tags: ["env:test", "step:1"], sessionId: "shared", isDuplicate: false },
      { mlApp: "charm-demo", tags: ["env:test"], sessionId: "own", isDuplicate: false },
    ]);
  });

  test.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
  ])("may be compressed with %s", async (encoding, compress) => {
    const intake = await openIntake();
    const body = JSON.stringify(payloadOf([spanOf({ name: "höhe 😀" })]));
    const answer = await send(intake, compress(body), { headers: { "content-encoding": encoding } });
    expect(answer.status).toBe(202);
    expect(intake.spans[0]?.span.name).toBe("höhe 😀");
    expect(intake.requests[0]).toMatchObject({ wireBytes: compress(body).length, acknowledged: true });
    expect(intake.requests[0]?.body.toString()).toBe(body);
  });

  test("may be as large as 5 MiB", async () => {
    const intake = await openIntake();
    expect((await send(intake, padded(FIVE_MIB))).status).toBe(202);
  });
});

describe("a bad request", () => {
  test("is refused when it is larger than 5 MiB, also when compression hides it", async () => {
    const intake = await openIntake();
    const large = padded(FIVE_MIB + 1);
    expect((await send(intake, large)).status).toBe(413);
    const compressed = await send(intake, gzipSync(large), { headers: { "content-encoding": "gzip" } });
    expect(compressed).toMatchObject({ status: 413, details: ["the body is larger than 5242880 bytes"] });
    expect(intake.received.requests).toBe(0);
    expect(intake.requests[0]?.wireBytes).toBe(FIVE_MIB + 1);
  });

  test("is refused without a key, and with a wrong one", async () => {
    const intake = await openIntake({ apiKey: "the-right-key" });
    const body = payloadOf([spanOf()]);
    expect(await send(intake, body, { headers: { "dd-api-key": "" } })).toMatchObject({
      status: 401,
      details: ["the header DD-API-KEY is missing"],
    });
    expect((await send(intake, body, { headers: { "dd-api-key": "the-wrong-key" } })).status).toBe(403);
    expect((await send(intake, body, { headers: { "dd-api-key": "the-right-key" } })).status).toBe(202);
    expect(intake.requests.map(({ status }) => status)).toEqual([401, 403, 202]);
  });

  test.each([
    ["another path", { path: "/api/v2/llmobs" }, 404],
    ["a key in the address", { path: "/api/intake/llm-obs/v1/trace/spans?dd-api-key=x" }, 400],
    ["another content type", { headers: { "content-type": "text/plain" } }, 415],
    ["an encoding that is not supported", { headers: { "content-encoding": "br" } }, 415],
    ["a body that is not in its encoding", { headers: { "content-encoding": "gzip" } }, 400],
  ])("is refused for %s", async (_, request, status) => {
    const intake = await openIntake();
    const answer = await send(intake, payloadOf([spanOf()]), request);
    expect(answer.status).toBe(status);
    expect(answer.details).toHaveLength(1);
    expect(intake.received).toEqual({ spans: 0, requests: 0 });
  });

  test("is refused with another method", async () => {
    const intake = await openIntake();
    const response = await fetch(`${intake.url}/api/intake/llm-obs/v1/trace/spans`);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });

  test("is told all that is wrong, each by its path, and none of its spans is taken", async () => {
    const intake = await openIntake();
    const spans = [
      spanOf(),
      spanOf({ span_id: 43, meta: { kind: "chain" } }),
      spanOf({ span_id: "44", start_ns: "1" }),
    ];
    const { status, details } = await send(intake, payloadOf(spans));
    expect(status).toBe(400);
    expect(details).toEqual([
      "data.attributes.spans[1].span_id: Invalid input: expected string, received number",
      expect.stringMatching(/^data\.attributes\.spans\[1\]\.meta\.kind: Invalid option: expected one of "agent"/),
      "data.attributes.spans[2].start_ns: Invalid input: expected number, received string",
    ]);
    expect(intake.spans).toEqual([]);
    expect(intake.requests[0]?.answer).toContain("spans[2].start_ns");
  });

  test("is told of twenty problems and how many more there are", async () => {
    const intake = await openIntake();
    const spans = Array.from({ length: 30 }, () => spanOf({ duration: "1" }));
    expect((await send(intake, payloadOf(spans))).details.at(-1)).toBe("and 10 more");
  });

  test("is refused when it is not JSON", async () => {
    const intake = await openIntake();
    expect(await send(intake, Buffer.from("{"))).toMatchObject({ status: 400, details: ["(the body): is not JSON"] });
  });
});

describe("the tree of spans", () => {
  test("may arrive child first: a parent is unknown only until it comes", async () => {
    const intake = await openIntake();
    await send(intake, payloadOf([spanOf({ span_id: "2", parent_id: "1" }), spanOf({ span_id: "3", parent_id: "2" })]));
    expect(intake.unknownParents().map(({ span_id: id }) => id)).toEqual(["2"]);
    await send(intake, payloadOf([spanOf({ span_id: "1" })]));
    expect(intake.unknownParents()).toEqual([]);
  });

  test("does not take a parent from another trace", async () => {
    const intake = await openIntake();
    const other = TRACE_ID.replace("abc", "def");
    await send(
      intake,
      payloadOf([spanOf({ span_id: "1" }), spanOf({ span_id: "2", parent_id: "1", trace_id: other })]),
    );
    expect(intake.unknownParents().map(({ trace_id: id }) => id)).toEqual([other]);
  });

  test("has a span once, however often it is sent", async () => {
    const intake = await openIntake();
    const child = spanOf({ span_id: "2", parent_id: "1" });
    await send(intake, payloadOf([child]));
    await send(intake, payloadOf([child, spanOf({ span_id: "2", trace_id: TRACE_ID.replace("abc", "def") })]));
    expect(intake.duplicates).toBe(1);
    expect(intake.received.spans).toBe(3);
    expect(intake.spans.map(({ isDuplicate }) => isDuplicate)).toEqual([false, true, false]);
    expect(intake.unknownParents()).toHaveLength(1);
  });
});

describe("waiting", () => {
  test("ends when so many different spans have come", async () => {
    const intake = await openIntake();
    const waiting = intake.waitForSpans(2);
    await send(intake, payloadOf([spanOf({ span_id: "1" })]));
    await send(intake, payloadOf([spanOf({ span_id: "1" })]));
    await send(intake, payloadOf([spanOf({ span_id: "2" })]));
    await waiting;
    await intake.waitForSpans(2);
    expect(intake.received.spans).toBe(3);
  });

  test("fails after its time and says how far it came", async () => {
    const intake = await openIntake();
    await send(intake, payloadOf([spanOf()]));
    await expect(intake.waitForSpans(2, 20)).rejects.toThrow("waited 20 ms for the intake, which saw 1 of 2 spans");
    await expect(intake.waitForRequests(3, 20)).rejects.toThrow("1 of 3 requests");
  });
});

test("keeps counts and no content with `keep: false`", async () => {
  const intake = await openIntake({ keep: false });
  await send(intake, payloadOf([spanOf()]));
  await send(intake, payloadOf([spanOf()]));
  expect(intake.spans).toEqual([]);
  expect(intake.requests.map(({ body }) => body.length)).toEqual([0, 0]);
  expect({ ...intake.acknowledged, duplicates: intake.duplicates }).toEqual({ spans: 2, requests: 2, duplicates: 1 });
});

/** A request of exactly `size` bytes. */
function padded(size: number): Buffer {
  const empty = JSON.stringify(payloadOf([spanOf({ name: "x" })])).length;
  return Buffer.from(JSON.stringify(payloadOf([spanOf({ name: "x".repeat(size - empty + 1) })])));
}
