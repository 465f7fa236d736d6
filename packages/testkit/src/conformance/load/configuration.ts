import type { ConformanceCase } from "../case.ts";
import { failedRun, sampleRun } from "../../sample-runs.ts";

export const missingConfiguration: ConformanceCase = {
  id: "missing-configuration",
  title: "without configuration, switches itself off with one warning",
  level: "load",
  after: ["methods", "construction"],
  async run(bench) {
    const attached = await bench.create({ isConfigured: false });
    const { account } = attached;
    const started = await attached.start();
    if (!started.isOk) {
      bench.report(
        "start() resolves where no variable is set, after this.disable(reason); what fails is started again and again",
        `start() failed: ${started.error}`,
      );
      return;
    }
    await attached.play(sampleRun());
    await attached.flush();
    await attached.shutdown();
    const told = [
      ...(account.disabled === undefined ? [] : [account.disabled]),
      ...account.warnings,
      ...bench.warnings,
    ];
    if (account.disabled === undefined && bench.canConfigure && bench.hasIntake)
      bench.report(
        "without its variables it calls this.disable(reason), so that agents do not count on it",
        `it went on, and says that it has delivered ${account.delivered} of ${account.accepted} events`,
      );
    if (account.disabled !== undefined && account.disabled.trim() === "")
      bench.report("this.disable() is told a reason, with the variable to set", "the reason is empty");
    if (told.length > 1)
      bench.report(
        "one warning, by this.disable(reason)",
        `${told.length} warnings: ${told.map((text) => JSON.stringify(text.trim())).join(", ")}`,
      );
  },
};

export const unconfiguredHooks: ConformanceCase = {
  id: "unconfigured-hooks",
  title: "takes all hooks, flush and shutdown without configuration",
  level: "load",
  after: ["methods", "construction", "missing-configuration"],
  async run(bench) {
    const attached = await bench.start({ isConfigured: false });
    const failed = await attached.play([...sampleRun(), ...failedRun()]);
    for (const { hook, error } of failed)
      bench.reportOnce(`${hook} returns, whatever the state of the exporter`, `${hook} failed: ${error}`);
    for (const name of ["flush", "shutdown"] as const) {
      const called = await attached[name]();
      if (!called.isOk) bench.report(`${name}() resolves`, `${name}() failed: ${called.error}`);
    }
  },
};
