import { readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { startSentryIntake } from "../../src/intakes/index.ts";
import { envelopeText, sendEnvelope } from "../support/envelopes.ts";
import type { WrittenItem } from "../support/envelopes.ts";
import { jsonFixture } from "../support/fixtures.ts";

interface Capture {
  readonly requests: readonly {
    readonly path: string;
    readonly header: unknown;
    readonly items: readonly WrittenItem[];
  }[];
}

const files = readdirSync(new URL("../fixtures/sentry", import.meta.url)).toSorted();

test("there are captures of streams, transactions, refusals and mistakes", () => {
  expect(files).toHaveLength(14);
});

describe.each(files)("%s", (file) => {
  const { requests } = jsonFixture<Capture>(`sentry/${file}`);

  test("is accepted, plain and compressed", async () => {
    const intake = await startSentryIntake();
    onTestFinished(() => intake.close());
    for (const { path, header, items } of requests) {
      const [address = "", query = ""] = path.split("?");
      const text = envelopeText(header, items);
      expect(await sendEnvelope(intake, text, { path: address, query })).toMatchObject({ status: 200, problems: [] });
      const gzip = { path: address, query, headers: { "content-encoding": "gzip" } };
      expect(await sendEnvelope(intake, gzipSync(text), gzip)).toMatchObject({ status: 200, problems: [] });
    }
    const count = (type: string): number =>
      requests.flatMap(({ items }) => items).filter(({ header }) => header["type"] === type).length;
    expect(intake.received.requests).toBe(requests.length * 2);
    expect(intake.events).toHaveLength(count("event") * 2);
    expect(intake.transactions).toHaveLength(count("transaction") * 2);
    expect(intake.clientReports).toHaveLength(count("client_report") * 2);
    expect(intake.spans.filter(({ isDuplicate }) => isDuplicate)).toHaveLength(intake.spans.length / 2);
    expect(intake.unknownParents()).toEqual([]);
  });
});
