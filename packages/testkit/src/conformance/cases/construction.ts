import type { ConformanceCase } from "../case.ts";
import { NotApplicable } from "../case.ts";

export const construction: ConformanceCase = {
  id: "construction",
  title: "is made without arguments and without configuration",
  level: "load",
  async run(bench) {
    try {
      await bench.create({ isConfigured: false });
    } catch (error) {
      if (!(error instanceof NotApplicable)) throw error;
      bench.report(
        "new Exporter() returns an exporter in an environment that has none of its variables",
        error.message,
      );
    }
  },
};
