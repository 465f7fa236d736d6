import { RunBuilder } from "../../run-builder.ts";
import { NotApplicable } from "../not-applicable.ts";
import type { ConformanceCase } from "../case.ts";
import { heapBytes } from "../hooks/memory.ts";
import { Connection, accountText } from "./connection.ts";

const MIB = 1024 * 1024;
const TEXT_BYTES = MIB / 8;
const TEXTS = 800;
/** A queue, what is on its way, and its copies. */
const MAX_GROWTH_BYTES = 64 * MIB;
/** For exporters whose hooks wait for the answer. */
const HOOK_DEADLINE_MS = 1000;

export const boundedMemory: ConformanceCase = {
  id: "bounded-memory",
  title: "keeps a bounded part of what a backend that never answers does not take, and counts the rest",
  level: "backend",
  after: ["delivers-a-run", "shutdown-deadline"],
  async run(bench) {
    const connection = await Connection.open(bench, HOOK_DEADLINE_MS);
    const { account, exporter, intake } = connection;
    await intake.setFault({ kind: "hang" });
    const before = await heapBytes();
    for (let index = 0; index < TEXTS; index++) {
      const text = Buffer.alloc(TEXT_BYTES, `${index} tide `).toString("latin1");
      for (const event of new RunBuilder().start().end({ text }).events) {
        const called = await exporter.hand(event);
        if (!called.isOk && called.isLate) throw new NotApplicable("its hooks wait for the backend, and keep nothing");
      }
    }
    const grown = (await heapBytes()) - before;
    if (grown > MAX_GROWTH_BYTES)
      bench.report(
        `of ${(TEXTS * TEXT_BYTES) / MIB} MiB that nobody takes, at most ${MAX_GROWTH_BYTES / MIB} MiB are kept`,
        `${Math.round(grown / MIB)} MiB are kept; ${accountText(account)}`,
      );
    await connection.cutShort("shutdown", 1);
    await intake.close();
  },
};
