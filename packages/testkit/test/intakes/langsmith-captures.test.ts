import { expect, test } from "vitest";
import { jsonFixture } from "../support/fixtures.ts";
import { openLangsmith, sendBytes, sendParts } from "../support/langsmith.ts";
import type { LangsmithAnswer, Part } from "../support/langsmith.ts";
import type { LangsmithIntake } from "../../src/intakes/index.ts";

interface Captured {
  readonly method: string;
  readonly path: string;
  readonly contentEncoding: string | null;
  readonly parts?: readonly Part[];
  readonly value?: unknown;
}

function captured(name: string): readonly Captured[] {
  return jsonFixture<{ readonly requests: readonly Captured[] }>(`langsmith/${name}.json`).requests;
}

async function send(
  intake: LangsmithIntake,
  { method, path, contentEncoding, parts, value }: Captured,
): Promise<LangsmithAnswer> {
  if (method === "GET") return { status: (await fetch(intake.url + path)).status, detail: [] };
  if (parts !== undefined) return sendParts(intake, parts, { path, gzip: contentEncoding === "gzip" });
  return sendBytes(intake, JSON.stringify(value), { path, headers: { "content-type": "application/json" } });
}

async function replay(intake: LangsmithIntake, name: string): Promise<LangsmithAnswer[]> {
  const answers: LangsmithAnswer[] = [];
  for (const request of captured(name)) answers.push(await send(intake, request));
  return answers;
}

test.each([
  "multipart-default",
  "multipart-post-then-patch",
  "multipart-gzip",
  "batch",
  "traceable",
  "mastra-exporter",
])("takes the run as it was captured, whole: %s", async (name) => {
  const intake = await openLangsmith();
  const answers = await replay(intake, name);
  expect(answers.flatMap(({ detail }) => detail)).toEqual([]);
  expect(answers.map(({ status }) => status)).toEqual(answers.map((_, index) => (index === 0 ? 200 : 202)));
  expect(new Set([...intake.runs.values()].map((run) => run.name))).toEqual(
    new Set(["research-agent", "search", "chat-model", "weather", "population"]),
  );
  expect([intake.unknownParents(), intake.unposted(), intake.unended()]).toEqual([[], [], []]);
  expect(intake.acknowledged).toEqual({ runs: 5, requests: answers.length });
});

test("merges what is posted first and patched later", async () => {
  const intake = await openLangsmith();
  await replay(intake, "multipart-post-then-patch");
  const root = [...intake.runs.values()].find(({ name }) => name === "research-agent");
  expect(root).toMatchObject({ inputs: { question: expect.any(String) }, outputs: { answer: expect.any(String) } });
  expect(intake.duplicates).toBe(0);
  await replay(intake, "multipart-post-then-patch");
  expect(intake.duplicates).toBe(5);
});

/** A request of which no body was kept, and how it was answered. */
interface Answered {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly retryAfter?: string;
}

const REFUSALS = jsonFixture<Record<string, readonly Answered[]>>("langsmith/refusals.json");

/**
 * The captures of refusals have no bodies, so what those requests held cannot be judged: the same run stands in, as it
 * was captured for that path. Their answers' texts are those of the capturing server and no vendor's. What is left is
 * judged: the order of requests and paths, statuses, and `Retry-After`.
 */
test.each(Object.keys(REFUSALS))("answers each request of a refused run as it was answered then: %s", async (name) => {
  const intake = await openLangsmith();
  const requests = REFUSALS[name] ?? [];
  const runs = [...captured("multipart-default"), ...captured("batch")];
  const answers: LangsmithAnswer[] = [];
  for (const { method, path, status, retryAfter } of requests) {
    const isRefused = status >= 400;
    const fault = { kind: "status", status, times: 1, ...(retryAfter === undefined ? {} : { retryAfter }) } as const;
    await intake.setFault(isRefused ? fault : undefined);
    const request = runs.find((one) => one.method === method && one.path === path);
    if (request === undefined) throw new Error(`no capture has a ${method} of ${path} with its body`);
    answers.push(await send(intake, request));
  }
  expect(answers.map(({ status, retryAfter }) => ({ status, retryAfter }))).toEqual(
    requests.map(({ status, retryAfter }) => ({ status, retryAfter })),
  );
  expect(intake.requests.map(({ method, path }) => ({ method, path }))).toEqual(
    requests.map(({ method, path }) => ({ method, path })),
  );
  const isTakenAtLast = requests.at(-1)?.status === 202;
  expect([intake.runs.size, intake.duplicates]).toEqual([isTakenAtLast ? 5 : 0, 0]);
  expect(intake.acknowledged.runs).toBe(isTakenAtLast ? 5 : 0);
});
