import type { Outcome } from "@charm/telemetry-core";
import type { Deadline } from "@charm/telemetry-core/kit";
import { describe, expect, it } from "vitest";
import type { LangsmithOptions } from "../src/options.ts";
import { resolveOptions } from "../src/options.ts";
import { RunIngest } from "../src/run-ingest.ts";
import type { Operation } from "../src/run-ingest.ts";

const never: AbortSignal = new AbortController().signal;

function options(): LangsmithOptions {
  const resolved = resolveOptions({ LANGSMITH_API_KEY: "not-a-real-key" });
  if ("disabled" in resolved) throw new Error(resolved.disabled);
  return resolved.options;
}

interface Sent {
  readonly body: string;
  readonly answer: (outcome: Outcome | "split") => void;
}

function deadline(signal: AbortSignal): Deadline {
  return { atMs: Infinity, signal };
}

/** An ingest whose requests wait for the test to say what became of them. */
function ingestOf(): { ingest: RunIngest; sent: Sent[]; next: (count: number) => Promise<void> } {
  const sent: Sent[] = [];
  const ingest = new RunIngest(options(), {
    deadline,
    sendBody: (body) =>
      new Promise<Outcome | "split">((resolve) => sent.push({ body: body.toString(), answer: resolve })),
  });
  const next = async (count: number): Promise<void> => {
    while (sent.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { ingest, sent, next };
}

function idOf(index: number): string {
  return `0192f0c1-7a10-7000-8000-${String(index).padStart(12, "0")}`;
}

function post(index: number, inputs: Record<string, unknown> = {}): Operation {
  const id = idOf(index);
  return { kind: "post", run: { id, trace_id: id, dotted_order: `x${id}`, name: "n", run_type: "chain", inputs } };
}

function patch(index: number): Operation {
  const id = idOf(index);
  return { kind: "patch", run: { id, trace_id: id, dotted_order: `x${id}` } };
}

describe("RunIngest", () => {
  it("asks once, whatever the answer: the vendor's client retries nothing", async () => {
    const { ingest, sent, next } = ingestOf();
    for (const outcome of ["retries", "unknown", "rejected", "deadline"] as const) {
      const outcomes = ingest.send([post(1)], never);
      const count = sent.length + 1;
      await next(count);
      sent.at(-1)?.answer(outcome);
      expect(await outcomes).toEqual([outcome]);
      expect(sent).toHaveLength(count);
    }
  });

  it("keeps apart what is sent at the same time", async () => {
    const { ingest, sent, next } = ingestOf();
    const first = ingest.send([post(1), patch(2)], never);
    const second = ingest.send([post(3)], never);
    await next(2);
    for (const { body, answer } of sent) answer(body.includes(idOf(3)) ? "delivered" : "rejected");
    expect([await first, await second]).toEqual([["rejected", "rejected"], ["delivered"]]);
  });

  it("takes no content for a run", async () => {
    const { ingest, sent, next } = ingestOf();
    const other = ingest.send([post(1)], never);
    await next(1);
    const forged = `\r\nContent-Disposition: form-data; name="post.${idOf(1)}"\r\n`;
    const outcomes = ingest.send([post(2, { text: forged, [forged]: 1 })], never);
    await next(2);
    sent[1]?.answer("delivered");
    expect(await outcomes).toEqual(["delivered"]);
    sent[0]?.answer("rejected");
    expect(await other).toEqual(["rejected"]);
  });

  it("halves what is too large, down to what is too large by itself", async () => {
    const ingest = new RunIngest(options(), {
      deadline,
      sendBody: async (body) => (body.toString().includes(idOf(3)) ? "split" : "delivered"),
    });
    expect(
      await ingest.send(
        [1, 2, 3, 4, 5].map((index) => post(index)),
        never,
      ),
    ).toEqual(["delivered", "delivered", "too_large", "delivered", "delivered"]);
  });

  it("has one deadline for a batch, in however many requests it goes", async () => {
    const made: Deadline[] = [];
    const used: Deadline[] = [];
    const ingest = new RunIngest(options(), {
      deadline: (signal) => {
        const until = deadline(signal);
        made.push(until);
        return until;
      },
      sendBody: async (body, _headers, until) => {
        used.push(until);
        return body.toString().includes(idOf(2)) ? "split" : "delivered";
      },
    });
    await ingest.send([post(1), post(2), post(3)], never);
    expect(used.length).toBeGreaterThan(2);
    expect([...new Set(used)]).toEqual(made);
    expect(made).toHaveLength(1);
  });

  it("fails where the vendor's client would not write a request", async () => {
    const { ingest, sent } = ingestOf();
    const broken: Operation = { kind: "patch", run: { id: idOf(1) } };
    await expect(ingest.send([broken], never)).rejects.toThrow(/trace_id/);
    expect(sent).toEqual([]);
  });
});
