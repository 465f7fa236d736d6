import { expect, test } from "vitest";
import { jsonFixture } from "../support/fixtures.ts";
import { openLangsmith, sendBytes, sendParts } from "../support/langsmith.ts";
import type { LangsmithAnswer, Part } from "../support/langsmith.ts";
import type { LangsmithIntake } from "../../src/intakes/index.ts";

interface Capture {
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly contentEncoding: string | null;
    readonly parts?: readonly Part[];
    readonly value?: unknown;
  }[];
}

async function replay(intake: LangsmithIntake, name: string): Promise<LangsmithAnswer[]> {
  const answers: LangsmithAnswer[] = [];
  for (const { method, path, contentEncoding, parts, value } of jsonFixture<Capture>(`langsmith/${name}.json`)
    .requests) {
    if (method === "GET") answers.push({ status: (await fetch(intake.url + path)).status, detail: [] });
    else if (parts !== undefined)
      answers.push(await sendParts(intake, parts, { path, gzip: contentEncoding === "gzip" }));
    else {
      const headers = { "content-type": "application/json" };
      answers.push(await sendBytes(intake, JSON.stringify(value), { path, headers }));
    }
  }
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
