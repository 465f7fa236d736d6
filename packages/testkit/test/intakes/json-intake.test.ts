import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { startHttpIntake } from "../../src/intakes/index.ts";
import type { JsonIntake, JsonIntakeOptions } from "../../src/intakes/index.ts";

interface Note {
  readonly id: string;
}

async function openIntake<Item = unknown>(options: JsonIntakeOptions<Item> = {}): Promise<JsonIntake<Item>> {
  const intake = await startHttpIntake(options);
  onTestFinished(() => intake.close());
  return intake;
}

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(
  intake: JsonIntake<never> | JsonIntake<Note> | JsonIntake,
  body: unknown,
  { path = "/notes", method = "POST", headers = {} }: Sent = {},
): Promise<{ status: number; details: string[] }> {
  const response = await fetch(intake.url + path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(method === "GET" ? {} : { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const { errors } = text === "" ? { errors: [] } : (JSON.parse(text) as { errors: { detail: string }[] });
  return { status: response.status, details: errors.map(({ detail }) => detail) };
}

const notes: JsonIntakeOptions<Note> = {
  read: (body) => ({ items: (body as { notes: Note[] }).notes }),
  keyOf: ({ id }) => id,
};

describe("a good request", () => {
  test("is answered 202, and the elements of its array are its items", async () => {
    const intake = await openIntake();
    expect(await send(intake, [{ id: "a" }, { id: "b" }])).toEqual({ status: 202, details: [] });
    expect(intake.items).toEqual([
      { item: { id: "a" }, isDuplicate: false, acknowledged: true },
      { item: { id: "b" }, isDuplicate: false, acknowledged: true },
    ]);
    expect(intake.received).toEqual({ items: 2, requests: 1 });
    expect(intake.acknowledged).toEqual({ items: 2, requests: 1 });
  });

  test("is an item itself when it is no array", async () => {
    const intake = await openIntake();
    await send(intake, { id: "a" });
    expect(intake.items.map(({ item }) => item)).toEqual([{ id: "a" }]);
  });

  test("is read by a function of one's own, which sees the request too", async () => {
    const intake = await openIntake<string>({
      read: (body, { path, headers }) => ({ items: [`${path} ${String(headers["x-team"])} ${(body as Note).id}`] }),
    });
    await send(intake as JsonIntake<never>, { id: "a" }, { path: "/spans", headers: { "x-team": "tide" } });
    expect(intake.items.map(({ item }) => item)).toEqual(["/spans tide a"]);
  });

  test("may be compressed, and of any JSON type", async () => {
    const intake = await openIntake();
    const headers = { "content-encoding": "gzip", "content-type": "application/cloudevents+json; charset=utf-8" };
    expect((await send(intake, gzipSync(JSON.stringify([{ id: "höhe 😀" }])), { headers })).status).toBe(202);
    expect(intake.items.map(({ item }) => item)).toEqual([{ id: "höhe 😀" }]);
  });
});

describe("a bad request", () => {
  test("is told all that its reader finds, and nothing of it is taken", async () => {
    const intake = await openIntake<Note>({
      read: (body) => ({ items: body as Note[], problems: ["[0].id: is missing", "[1].id: is no text"] }),
    });
    expect(await send(intake, [{}, { id: 1 }])).toEqual({
      status: 400,
      details: ["[0].id: is missing", "[1].id: is no text"],
    });
    expect(intake.received).toEqual({ items: 0, requests: 0 });
  });

  test("is told what its reader throws", async () => {
    const intake = await openIntake(notes);
    const { status, details } = await send(intake, null);
    expect(status).toBe(400);
    expect(details).toEqual([expect.stringMatching(/^\(the body\): Cannot read properties of null/)]);
  });

  test("is told of twenty problems and how many more there are", async () => {
    const problems = Array.from({ length: 30 }, (_, index) => `[${index}]: is wrong`);
    const intake = await openIntake({ read: () => ({ items: [], problems }) });
    const { details } = await send(intake, []);
    expect(details).toHaveLength(21);
    expect(details.at(-1)).toBe("and 10 more");
  });

  test("is refused by what its headers lack", async () => {
    const intake = await openIntake({
      authorize: ({ headers }) => {
        if (headers["x-key"] === undefined) return 401;
        return headers["x-key"] === "right" ? undefined : 403;
      },
    });
    expect((await send(intake, [])).status).toBe(401);
    expect((await send(intake, [], { headers: { "x-key": "wrong" } })).status).toBe(403);
    expect((await send(intake, [], { headers: { "x-key": "right" } })).status).toBe(202);
  });

  test.each<[string, Sent, number]>([
    ["another address", { path: "/other" }, 404],
    ["another method", { method: "GET" }, 405],
    ["another content type", { headers: { "content-type": "text/plain" } }, 415],
    ["an encoding that is not supported", { headers: { "content-encoding": "br" } }, 415],
    ["a body that is not in its encoding", { headers: { "content-encoding": "gzip" } }, 400],
  ])("is refused for %s", async (_, request, status) => {
    const intake = await openIntake({ path: "/notes" });
    expect(await send(intake, [], request)).toEqual({ status, details: [expect.any(String)] });
    expect(intake.received).toEqual({ items: 0, requests: 0 });
  });

  test("is refused when it is not JSON, and when it is larger than it may be", async () => {
    const intake = await openIntake({ maxBodyBytes: 100 });
    expect(await send(intake, Buffer.from("{"))).toEqual({ status: 400, details: ["(the body): is not JSON"] });
    expect((await send(intake, ["x".repeat(96)])).status).toBe(202);
    expect((await send(intake, ["x".repeat(97)])).status).toBe(413);
  });
});

test("an item whose key is known counts as a duplicate", async () => {
  const intake = await openIntake(notes);
  await send(intake, { notes: [{ id: "a" }, { id: "b" }] });
  await send(intake, { notes: [{ id: "b" }, { id: "c" }] });
  expect(intake.items.map(({ isDuplicate }) => isDuplicate)).toEqual([false, false, true, false]);
  expect(intake.duplicates).toBe(1);
  expect(intake.units).toEqual({ received: 4, acknowledged: 4, duplicates: 1 });
});

test("waiting ends when so many different items have come, and says how far it came", async () => {
  const intake = await openIntake(notes);
  const waiting = intake.waitForItems(2);
  await send(intake, { notes: [{ id: "a" }] });
  await send(intake, { notes: [{ id: "a" }] });
  await send(intake, { notes: [{ id: "b" }] });
  await waiting;
  await expect(intake.waitForItems(3, 20)).rejects.toThrow("waited 20 ms for the intake, which saw 2 of 3 items");
});

test("what arrives and is not acknowledged is received only", async () => {
  const intake = await openIntake(notes);
  await intake.setFault({ kind: "lost-ack", times: 1 });
  await expect(send(intake, { notes: [{ id: "a" }] })).rejects.toThrow("fetch failed");
  expect(intake.units).toEqual({ received: 1, acknowledged: 0, duplicates: 0 });
  expect(intake.items[0]?.acknowledged).toBe(false);
});

test("keeps counts and no content with `keep: false`", async () => {
  const intake = await openIntake({ ...notes, keep: false });
  await send(intake, { notes: [{ id: "a" }, { id: "a" }] });
  expect(intake.items).toEqual([]);
  expect(intake.units).toEqual({ received: 2, acknowledged: 2, duplicates: 1 });
});
