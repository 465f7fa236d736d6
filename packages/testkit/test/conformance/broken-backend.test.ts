import { expect, test } from "vitest";
import { BACKEND_CASES } from "../../src/conformance/backend/index.ts";
import { checkExporter } from "../../src/index.ts";
import { startHttpIntake } from "../../src/intakes/index.ts";
import type { JsonIntake } from "../../src/intakes/index.ts";
import { Awaiting } from "./broken-backend/awaiting.ts";
import * as books from "./broken-backend/books.ts";
import * as boundedMemory from "./broken-backend/bounded-memory.ts";
import * as containsFailures from "./broken-backend/contains-failures.ts";
import * as deliversARun from "./broken-backend/delivers-a-run.ts";
import * as deniedKey from "./broken-backend/denied-key.ts";
import * as flushDeadline from "./broken-backend/flush-deadline.ts";
import * as flushDelivers from "./broken-backend/flush-delivers.ts";
import * as flushTwice from "./broken-backend/flush-twice.ts";
import * as lostAnswers from "./broken-backend/lost-answers.ts";
import * as oneRetryLayer from "./broken-backend/one-retry-layer.ts";
import * as redirects from "./broken-backend/redirects.ts";
import * as rejected from "./broken-backend/rejected.ts";
import * as resetConnection from "./broken-backend/reset-connection.ts";
import * as restart from "./broken-backend/restart.ts";
import * as retryAfter from "./broken-backend/retry-after.ts";
import * as secrets from "./broken-backend/secrets.ts";
import * as serverErrors from "./broken-backend/server-errors.ts";
import * as shutdownDeadline from "./broken-backend/shutdown-deadline.ts";
import * as shutdownDelivers from "./broken-backend/shutdown-delivers.ts";
import * as silentAfterShutdown from "./broken-backend/silent-after-shutdown.ts";
import * as sizeLimits from "./broken-backend/size-limits.ts";
import * as tooLarge from "./broken-backend/too-large.ts";
import * as unreachable from "./broken-backend/unreachable.ts";
import { WellBehavedExporter } from "./broken-backend/well-behaved.ts";
import type { Item } from "./broken-backend/well-behaved.ts";

const BROKEN: Readonly<Record<string, Readonly<Record<string, new () => WellBehavedExporter>>>> = {
  "delivers-a-run": deliversARun,
  "flush-delivers": flushDelivers,
  "flush-twice": flushTwice,
  "flush-deadline": flushDeadline,
  "shutdown-delivers": shutdownDelivers,
  "shutdown-deadline": shutdownDeadline,
  "silent-after-shutdown": silentAfterShutdown,
  "server-errors": serverErrors,
  "retry-after": retryAfter,
  "one-retry-layer": oneRetryLayer,
  rejected,
  "denied-key": deniedKey,
  "too-large": tooLarge,
  "size-limits": sizeLimits,
  "bounded-memory": boundedMemory,
  unreachable,
  "reset-connection": resetConnection,
  "lost-answers": lostAnswers,
  "contains-failures": containsFailures,
  restart,
  secrets,
  redirects,
  books,
};
const IDS = BACKEND_CASES.map(({ id }) => id);
/** What waits for a while is asked only of the exporters that it is about. */
const SLOW = new Set(
  "server-errors retry-after one-retry-layer size-limits bounded-memory unreachable reset-connection lost-answers contains-failures restart books".split(
    " ",
  ),
);
const BROKEN_CASES = Object.entries(BROKEN).flatMap(([id, classes]) =>
  Object.entries(classes).map(([name, exporterClass]) => ({ id, name, exporterClass })),
);

/** Ids of the cases that an exporter fails. */
async function failuresOf(exporterClass: new () => WellBehavedExporter, only: readonly string[]): Promise<string[]> {
  const { findings } = await checkExporter({
    create: () => new exporterClass(),
    intake: () => startHttpIntake<Item>({ authorize, keyOf: ({ id }) => id }),
    environment: (intake) => ({ ACME_ENDPOINT: intake.url, ACME_API_KEY: "canary-key-0123456789" }),
    only,
  });
  for (const { expected, actual, read } of findings) expect([expected, actual, read]).not.toContain("");
  return [...new Set(findings.map((finding) => finding.case))];
}

function authorize({ headers }: JsonIntake["requests"][number]): 401 | undefined {
  return headers["x-acme-key"] === "canary-key-0123456789" ? undefined : 401;
}

test("an exporter that does everything right passes all cases", { timeout: 60_000 }, async () => {
  expect(await failuresOf(WellBehavedExporter, IDS)).toEqual([]);
});

test("an exporter whose hooks wait for the backend passes, too", { timeout: 60_000 }, async () => {
  // What never answers keeps each hook for as long as its host allows.
  const endless = ["flush-deadline", "shutdown-deadline"];
  const asked = IDS.filter((id) => !endless.includes(id) && (id === "server-errors" || !SLOW.has(id)));
  expect(await failuresOf(Awaiting, asked)).toEqual([]);
});

test("there is a broken exporter for each case", () => {
  expect(Object.keys(BROKEN)).toEqual(IDS);
});

test.each(BROKEN_CASES)("$name fails $id and nothing else", { timeout: 60_000 }, async ({ id, exporterClass }) => {
  const only = IDS.filter((other) => other === id || !SLOW.has(other));
  expect(await failuresOf(exporterClass, only)).toEqual([id]);
});
