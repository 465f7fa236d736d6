import { sampleRun } from "../../sample-runs.ts";
import type { ConformanceCase } from "../case.ts";

export const shutdownTwice: ConformanceCase = {
  id: "shutdown-twice",
  title: "does nothing more when it is shut down again",
  level: "hooks",
  after: ["ordinary-values", "accounts-exact"],
  async run(bench) {
    const attached = await bench.start();
    await attached.play(sampleRun());
    const [first, second] = await Promise.all([attached.shutdown(), attached.shutdown()]);
    const third = await attached.shutdown();
    if (!first.isOk) bench.report("shutdown() resolves", `it failed: ${first.error}`);
    if (!second.isOk)
      bench.report("shutdown() resolves while an earlier one is under way", `it failed: ${second.error}`);
    if (!third.isOk) bench.report("shutdown() resolves after an earlier one", `it failed: ${third.error}`);
    if (attached.account.surplus > 0)
      bench.report(
        "events are settled by the first shutdown() alone",
        `${attached.account.surplus} were settled again`,
      );
  },
};

export const afterShutdown: ConformanceCase = {
  id: "after-shutdown",
  title: "takes calls that come after its shutdown",
  level: "hooks",
  after: ["ordinary-values", "events-settled"],
  async run(bench) {
    const attached = await bench.start();
    await attached.play(sampleRun());
    await attached.shutdown();
    for (const { hook, error } of await attached.play(sampleRun()))
      bench.reportOnce(`${hook} does nothing after shutdown()`, `${hook} failed: ${error}`);
    const { pending } = attached.account;
    if (pending > 0)
      bench.report(
        'events that come after shutdown() are not kept: settle(1, "after_shutdown")',
        `${pending} of them are pending, for ever`,
      );
    const flushed = await attached.flush();
    if (!flushed.isOk) bench.report("flush() does nothing after shutdown()", `it failed: ${flushed.error}`);
  },
};
