import { setImmediate as nextTurn } from "node:timers/promises";
import { TelemetryError } from "@charm/telemetry-core";
import { describe, expect, test } from "vitest";
import { parseFault } from "../../src/intakes/index.ts";
import type { Fault } from "../../src/intakes/index.ts";
import { payloadOf, send, spanOf } from "../support/spans.ts";
import { openIntake } from "../support/with-intake.ts";

const body = payloadOf([spanOf()]);

/** The code of the failure under a failed fetch. */
async function failureOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return "none";
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code ?? String(error);
  }
}

test("refuse: nobody listens, and the same address works again afterwards", async () => {
  const intake = await openIntake();
  const { url } = intake;
  await send(intake, body); // leaves an idle connection behind
  await intake.setFault({ kind: "refuse" });
  expect(await failureOf(send(intake, body))).toMatch(/ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET/);
  expect(await failureOf(send(intake, body))).toBe("ECONNREFUSED");
  expect(intake.requests).toHaveLength(1);
  await intake.setFault();
  expect(intake.url).toBe(url);
  expect((await send(intake, body)).status).toBe(202);
});

test("hang: the request arrives and is never answered", async () => {
  const intake = await openIntake();
  await intake.setFault({ kind: "hang" });
  const outcome = failureOf(send(intake, body));
  await intake.waitForRequests(1);
  // Another request goes through meanwhile: the intake hangs, not its process.
  await intake.setFault();
  expect((await send(intake, body)).status).toBe(202);
  expect(intake.requests[0]).toMatchObject({ fault: "hang", acknowledged: false });
  expect(intake.requests[0]?.status).toBeUndefined();
  expect(intake.received.requests).toBe(1);
  await intake.close();
  expect(await outcome).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
});

test.each([
  ["is never answered", { kind: "hang" }],
  ["is refused", { kind: "status", status: 503 }],
] as const)("what %s is kept as it was sent: a repetition can be told from another request", async (_, fault) => {
  const intake = await openIntake();
  await intake.setFault({ ...fault, times: 1 });
  const outcome = send(intake, body).catch(() => undefined);
  await intake.waitForRequests(1);
  expect((await send(intake, body)).status).toBe(202);
  await intake.close();
  await outcome;
  const [failed, taken] = intake.requests;
  expect(failed?.fault).toBe(fault.kind);
  expect(failed?.body.length).toBeGreaterThan(0);
  expect(failed?.body).toEqual(taken?.body);
});

test.each([
  ["a small body", body],
  ["a large body", payloadOf([spanOf({ name: "x".repeat(4_000_000) })])],
])("reset: the connection breaks inside %s", async (_, sent) => {
  const intake = await openIntake();
  await intake.setFault({ kind: "reset" });
  expect(await failureOf(send(intake, sent))).toMatch(/ECONNRESET|EPIPE|UND_ERR_SOCKET/);
  expect(intake.requests[0]).toMatchObject({ fault: "reset", acknowledged: false });
  expect(intake.received).toEqual({ spans: 0, requests: 0 });
});

test("slow: answers late, and all is counted", async () => {
  const intake = await openIntake();
  await intake.setFault({ kind: "slow", delayMs: 60 });
  const started = performance.now();
  expect((await send(intake, body)).status).toBe(202);
  expect(performance.now() - started).toBeGreaterThanOrEqual(55);
  await intake.setFault({ kind: "slow", bytesPerSecond: 100_000 });
  const restarted = performance.now();
  expect((await send(intake, payloadOf([spanOf({ name: "x".repeat(10_000) })]))).status).toBe(202);
  expect(performance.now() - restarted).toBeGreaterThanOrEqual(90);
  expect(intake.acknowledged).toEqual({ spans: 2, requests: 2 });
});

test("slow: what a client no longer waits for is received and not acknowledged", async () => {
  const intake = await openIntake();
  await intake.setFault({ kind: "slow", delayMs: 100 });
  const patience = new AbortController();
  const outcome = failureOf(send(intake, body, { signal: patience.signal }));
  while (!intake.requests[0]?.wireBytes) await nextTurn();
  patience.abort();
  expect(await outcome).toContain("AbortError");
  await intake.waitForSpans(1);
  await intake.close();
  expect(intake.received.spans).toBe(1);
  expect(intake.acknowledged.spans).toBe(0);
  expect(intake.requests[0]).toMatchObject({ fault: "slow", acknowledged: false });
});

test("slow: closing waits for nothing, and a closed intake stays closed", async () => {
  const intake = await openIntake();
  await intake.setFault({ kind: "slow", bytesPerSecond: 1 });
  const outcome = failureOf(send(intake, body));
  await intake.waitForRequests(1);
  await intake.close();
  expect(await outcome).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
  await intake.setFault();
  expect(await failureOf(send(intake, body))).toBe("ECONNREFUSED");
});

test.each([400, 401, 403, 404, 408, 413, 422, 429, 500, 503])("status: %i, and nothing is received", async (status) => {
  const intake = await openIntake();
  await intake.setFault({ kind: "status", status, retryAfter: 7, headers: { "x-ratelimit-reset": "3" } });
  const answer = await send(intake, body);
  expect(answer).toMatchObject({ status, details: ["this intake was told to fail"] });
  expect(answer.headers.get("retry-after")).toBe("7");
  expect(answer.headers.get("x-ratelimit-reset")).toBe("3");
  expect(intake.received).toEqual({ spans: 0, requests: 0 });
  expect(intake.requests[0]).toMatchObject({ fault: "status", status });
});

test("status: has no Retry-After unless told to", async () => {
  const intake = await openIntake();
  await intake.setFault({ kind: "status", status: 429 });
  expect((await send(intake, body)).headers.has("retry-after")).toBe(false);
});

test("status: answers with the text that it is given", async () => {
  const intake = await openIntake();
  await intake.setFault({ kind: "status", status: 400, body: "your key is not-a-real-key" });
  expect((await send(intake, body)).text).toBe("your key is not-a-real-key");
});

test("each request has its time", async () => {
  const intake = await openIntake();
  const before = performance.now();
  await send(intake, body);
  await send(intake, body);
  const [first, second] = intake.requests.map(({ atMs }) => atMs);
  expect(first).toBeGreaterThan(before);
  expect(second).toBeGreaterThan(first ?? Infinity);
});

test("half-answer: the status arrives, its body breaks off, and the span is received", async () => {
  const intake = await openIntake();
  await intake.setFault({ kind: "half-answer" });
  const response = await fetch(`${intake.url}/api/intake/llm-obs/v1/trace/spans`, {
    method: "POST",
    headers: { "content-type": "application/json", "dd-api-key": "not-a-real-key" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(202);
  expect(await failureOf(response.text())).toMatch(/UND_ERR_SOCKET|ECONNRESET/);
  expect(intake.received.spans).toBe(1);
  expect(intake.acknowledged.spans).toBe(0);
});

test("lost-ack: the span is received, nobody is told, and the retry counts as a duplicate", async () => {
  const intake = await openIntake();
  await intake.setFault({ kind: "lost-ack", times: 1 });
  expect(await failureOf(send(intake, body))).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
  expect(intake.received.spans).toBe(1);
  expect(intake.acknowledged.spans).toBe(0);
  expect(intake.spans[0]?.acknowledged).toBe(false);
  expect((await send(intake, body)).status).toBe(202);
  expect({
    received: intake.received.spans,
    acknowledged: intake.acknowledged.spans,
    duplicates: intake.duplicates,
  }).toEqual({
    received: 2,
    acknowledged: 1,
    duplicates: 1,
  });
});

test("wrong-content-type: a good status with a page of HTML", async () => {
  const intake = await openIntake();
  await intake.setFault({ kind: "wrong-content-type" });
  const answer = await send(intake, body);
  expect(answer.status).toBe(202);
  expect(answer.headers.get("content-type")).toBe("text/html");
  expect(answer.text).toContain("<!doctype html>");
  expect(intake.acknowledged.spans).toBe(1);
});

test.each<Fault>([
  { kind: "status", status: 503, times: 2 },
  { kind: "reset", times: 2 },
  { kind: "half-answer", times: 2 },
  { kind: "lost-ack", times: 2 },
])("$kind: fails the first two requests, then all is well", async (fault) => {
  const intake = await openIntake();
  await intake.setFault(fault);
  const outcomes: string[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    outcomes.push(
      await send(intake, body).then(
        ({ status }) => String(status),
        () => "broken",
      ),
    );
  }
  expect(outcomes.slice(0, 2)).toEqual(fault.kind === "status" ? ["503", "503"] : ["broken", "broken"]);
  expect(outcomes[2]).toBe("202");
  expect(intake.requests.map((request) => request.fault)).toEqual([fault.kind, fault.kind, undefined]);
});

describe("a fault's name on a command line", () => {
  test.each<[string, Fault]>([
    ["hang", { kind: "hang" }],
    ["refuse", { kind: "refuse" }],
    ["reset", { kind: "reset" }],
    ["slow", { kind: "slow", delayMs: 400 }],
    ["lost-ack", { kind: "lost-ack" }],
    ["500", { kind: "status", status: 500 }],
    ["429", { kind: "status", status: 429, retryAfter: 1 }],
  ])("%s", (name, fault) => {
    expect(parseFault(name)).toEqual(fault);
  });

  test.each(["hung", "", "200", "4.5"])("is an error that lists the names when it is %j", (name) => {
    let thrown: unknown;
    try {
      parseFault(name);
    } catch (error) {
      thrown = error;
    }
    expect(TelemetryError.is(thrown)).toBe(true);
    expect(thrown).toMatchObject({
      message: `there is no fault "${name}".`,
      fix: expect.stringContaining("hang, reset, slow"),
    });
  });
});

test("a fault with a path is met by requests to such paths alone, and only they use it up", async () => {
  const intake = await openIntake();
  await intake.setFault({ kind: "status", status: 503, times: 1, path: /^\/api\/v2\// });
  expect((await send(intake, body)).status).toBe(202);
  const series = (): Promise<Response> => fetch(`${intake.url}/api/v2/series`, { method: "POST", body: "{}" });
  expect([(await series()).status, (await series()).status]).toEqual([503, 401]);
});
